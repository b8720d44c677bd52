"""A sales order follows its order: cancelled wholly or in part, or edited, as far as nothing of it has left.

Read what stands, work out what differs, write it, read back. Every step but adding a line is absolute, so that after
a lost answer or a crash the whole is simply done again; an added line is looked for before it is added once more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from hub.actors.erp.aligned import Aligned, AlignedEnds
from hub.actors.erp.cases import Cases, StoredCase
from hub.actors.erp.comparing import difference as amounts_differ
from hub.actors.erp.debtors import Debtors
from hub.actors.erp.landing import Landing
from hub.actors.erp.scene import Scene
from hub.actors.refusals import discreetly
from hub.actors.runtime.turn import Turn
from hub.domain.aligning import Alignment, Impossible, align
from hub.domain.certificate import certify
from hub.domain.editing import difference
from hub.domain.forwarding import Drafted, Hold, draft_case
from hub.domain.life.cancellation import CancellationState
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.pacing import patience
from hub.domain.sales_order import SalesOrder
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.cancellations import StoredCancellation, load_cancellation
from hub.store.engine import Work
from hub.store.orders import change_order


class _Refused(Exception):
    """Exact, or the order itself, does not allow it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Aligning:
    """Brings sales orders of one division in line with their orders."""

    def __init__(self, scene: Scene, cases: Cases, debtors: Debtors) -> None:
        self.scene = scene
        self.cases = cases
        self.debtors = debtors
        self.ends = AlignedEnds(scene)
        self.landing = Landing(scene.desk)

    async def cancellation(self, turn: Turn, cancellation_id: str, asked_at: datetime) -> None:
        """Let Exact follow a cancellation. Repeatable; only what is no longer wanted is taken away.

        ``asked_at`` is when it was asked for (UTC): attempts that began since then are earlier tries of it.
        """
        async with self.scene.desk.database.read() as connection:
            one = await load_cancellation(connection, self.scene.tenant, cancellation_id)
        if one is None or one.state is not CancellationState.BOOKING:
            return
        async with discreetly(self.scene.desk, self.scene.tenant, one.order_id):
            await self._cancellation(turn, one, asked_at)

    async def _cancellation(self, turn: Turn, one: StoredCancellation, asked_at: datetime) -> None:
        case = await self.cases.load(one.order_id)
        if case is None:
            return
        match case.stored.status:
            case OrderStatus.SENDING:
                waited = self._seconds_since(case)
                raise Throttled(patience(waited, self.scene.desk.pace.follow), "the order may be in Exact or not")
            case OrderStatus.FORWARDED:
                await self._try(
                    turn,
                    case,
                    asked_at,
                    only_less=True,
                    done=lambda work, aligned: self.ends.cancelled(work, aligned, one),
                    refused=lambda work, reason: self.ends.not_cancelled(work, case.stored, one, reason),
                )
            case _:
                turn.write(lambda work: self.ends.never_stood(work, case.stored, one))

    async def edit(self, turn: Turn, order_id: str, asked_at: datetime) -> None:
        """Let Exact follow the edit of an order, asked for at a moment (UTC). Repeatable."""
        case = await self.cases.load(order_id)
        if case is None or case.stored.status is not OrderStatus.FORWARDED:
            return
        if case.stored.hold_cause is not HoldCause.ORDER_EDITED:
            return
        await self._try(
            turn,
            case,
            asked_at,
            only_less=False,
            done=lambda work, aligned: self.ends.edited(work, aligned),
            refused=lambda work, reason: self.ends.not_edited(work, case.stored, reason),
        )

    async def _try(
        self,
        turn: Turn,
        case: StoredCase,
        asked_at: datetime,
        *,
        only_less: bool,
        done: Callable[[Work, Aligned], Awaitable[None]],
        refused: Callable[[Work, str], Awaitable[None]],
    ) -> None:
        try:
            aligned = await self._align(turn, case, asked_at, only_less=only_less)
        except _Refused as refusal:
            reason = refusal.reason
            turn.write(lambda work: refused(work, reason))
        else:
            turn.write(lambda work: done(work, aligned))
        self.landing.over(turn, _lines_of(case))

    async def _align(self, turn: Turn, case: StoredCase, asked_at: datetime, *, only_less: bool) -> Aligned:
        order = case.stored
        edit = difference(order.sold, order.as_sold()) if order.sold is not None else None
        if only_less and edit is not None and not edit.only_less:
            raise _Refused("The order was edited besides: apply the edit, which takes the cancellation along.")
        case = case if order.off else await self._known(turn, case)
        drafted = None if order.off else self._draft(case)
        found = await self._standing(order.sales_order_id or "")
        if found is None:
            if drafted is not None:
                raise _Refused(f"Sales order {order.sales_order_number} is no longer in Exact.")
            return Aligned(order, {}, gone=True)
        known = {
            one.key: one.sales_order_line_id
            for line in order.lines
            for one in line.bookings
            if one.sales_order_line_id is not None
        }
        charges = edit is not None and edit.charges is not None
        try:
            plan = align(found, None if drafted is None else drafted.draft, known, charges=charges)
            await self._carry_out(turn, case, asked_at, plan)
        except Impossible as reason:
            raise _Refused(str(reason)) from reason
        except Rejected as refusal:
            raise _Refused(f"Exact refuses: {refusal.reason}") from refusal
        if plan.delete:
            return Aligned(order, {}, gone=True)
        return await self._read_back(case, drafted, plan)

    async def _known(self, turn: Turn, case: StoredCase) -> StoredCase:
        """Return the case with the account that it was booked on, and what the VAT register said."""
        return await self.cases.with_evidence(turn, replace(case, case=await self.debtors.as_booked(case)))

    def _draft(self, case: StoredCase) -> Drafted:
        try:
            return draft_case(case.case)
        except Hold as hold:
            raise _Refused(hold.message) from hold

    async def _standing(self, sales_order_id: str) -> SalesOrder | None:
        try:
            return await self.scene.erp.sales_order(sales_order_id)
        except Rejected as refusal:
            if refusal.code == "not_found":
                return None
            raise

    async def _carry_out(self, turn: Turn, case: StoredCase, asked_at: datetime, plan: Alignment) -> None:
        order = case.stored
        sales_order_id = order.sales_order_id or ""
        if plan.delete:
            await self.scene.erp.delete_sales_order(sales_order_id)
        elif plan.complete:
            await self.scene.erp.complete_sales_order(sales_order_id)
        elif plan.changes:
            if plan.changes.add:
                await self._add(turn, case, asked_at, plan)
            else:
                await self._change(sales_order_id, plan)

    async def _change(self, sales_order_id: str, plan: Alignment) -> None:
        """Where only what has left is still wanted, completing the rest does as well as lowering the lines."""
        try:
            await self.scene.erp.change_sales_order_lines(sales_order_id, plan.changes)
        except Rejected:
            if not plan.all_left:
                raise
            await self.scene.erp.complete_sales_order(sales_order_id)

    async def _add(self, turn: Turn, case: StoredCase, asked_at: datetime, plan: Alignment) -> None:
        """A line that an earlier try sent and never heard of may still land, unseen by the read before."""
        order, now = case.stored, self.scene.desk.clock.now()
        tenant, one, before = self.scene.tenant, order.order_id, order.attempt_at
        tried = before is not None and before >= asked_at
        self.landing.wait_for(turn, _lines_of(case), before if tried else None)
        await turn.checkpoint(lambda work: change_order(work, tenant, one, attempt_at=now))
        try:
            await self._change(order.sales_order_id or "", plan)
        except (Throttled, Unavailable) as wait:
            if isinstance(wait, Unavailable) and wait.unknown:
                self.landing.lost(turn, _lines_of(case), now)
            elif tried:
                self.landing.not_sent(turn, _lines_of(case), now)
            else:
                await turn.checkpoint(lambda work: change_order(work, tenant, one, attempt_at=before))
            raise

    async def _read_back(self, case: StoredCase, drafted: Drafted | None, plan: Alignment) -> Aligned:
        found = await self.scene.erp.sales_order(case.stored.sales_order_id or "")
        if drafted is None:
            return Aligned(case.stored, plan.lines)
        again = align(found, drafted.draft, plan.lines)
        return Aligned(
            case.stored,
            again.lines,
            certificate=certify(case.case, drafted),
            fingerprint=drafted.draft.fingerprint(),
            problem=amounts_differ(drafted.draft, found),
        )

    def _seconds_since(self, case: StoredCase) -> float:
        began = case.stored.attempt_at or case.stored.imported_at
        return (self.scene.desk.clock.now() - began).total_seconds()


def _lines_of(case: StoredCase) -> str:
    """Return the name that attempts at an order's lines go by, beside those at the order itself."""
    return f"{case.stored.order_id}/lines"
