"""An order sent to Exact: intent, account, post; what was posted waits to be read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hub.actors.erp.cases import Cases, StoredCase
from hub.actors.erp.debtors import Debtors
from hub.actors.erp.ends import Ends
from hub.actors.erp.landing import Landing
from hub.actors.erp.reading_back import Posted, ReadingBack
from hub.actors.erp.scene import Scene
from hub.actors.erp.suspects import Suspects
from hub.actors.runtime.turn import Turn
from hub.domain.certificate import certify
from hub.domain.forwarding import Case, Drafted, Hold, draft_case
from hub.domain.order import HoldCause, OrderStatus
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.engine import Work
from hub.store.order_state import begin_attempt, take_back_attempt
from hub.store.orders import StoredOrder
from hub.store.stock import reads_begun


class Posting:
    """Posts the orders of a turn, and leaves those that Exact has taken to ``back``."""

    def __init__(self, scene: Scene, cases: Cases, debtors: Debtors, landing: Landing, back: ReadingBack) -> None:
        self.scene = scene
        self.cases = cases
        self.debtors = debtors
        self.landing = landing
        self.ends = Ends(scene)
        self.back = back
        self.suspects = Suspects(scene)

    async def post_new(self, turn: Turn, one: StoredCase) -> None:
        """Post an order that was never tried before, unless its goods are suspect: then Throttled is raised in time."""
        with self.suspects.trial(turn, one.stored):
            await self.post(turn, one)

    async def post(self, turn: Turn, one: StoredCase) -> None:
        """Post one order; raises Throttled and Unavailable as the ERP does, and holds what it refuses."""
        one = await self.cases.with_evidence(turn, one)
        order = one.stored
        try:
            case = await self._with_debtor(turn, one)
            drafted = draft_case(case)
        except Hold as hold:
            self._hold(turn, order, hold)
            return
        draft = drafted.draft
        began = self.scene.desk.clock.now()
        reads = await self._begin(turn, order, case, drafted, began)
        if reads is None:
            turn.write(lambda work: self.ends.cancelled(work, order))
            return
        try:
            order_id = await self.scene.erp.create_sales_order(draft)
        except Rejected as refusal:
            self.suspects.refused(turn, order)
            self._hold(turn, order, Hold(HoldCause.REFUSED_BY_ERP, refusal.reason, code=refusal.code))
            return
        except (Throttled, Unavailable) as wait:
            await self._note_outcome(turn, order, wait, began)
            raise
        self.suspects.taken(turn, order)
        self.back.posted[order.order_id] = Posted(one, draft, order_id, reads, began)

    async def _with_debtor(self, turn: Turn, one: StoredCase) -> Case:
        """Return the case with its account; one that would be held anyway makes no account in Exact.

        Raises Hold where no account is sure, and where Exact refuses to be asked or to take one.
        """
        try:
            plan = await self.debtors.find(turn, one)
            if plan.new is not None or plan.address is not None:
                draft_case(replace(one.case, debtor=plan.debtor))
            return replace(one.case, debtor=await self.debtors.settle(turn, one, plan))
        except Rejected as refusal:
            raise Hold(HoldCause.REFUSED_BY_ERP, refusal.reason, code=refusal.code) from None

    async def _begin(self, turn: Turn, order: StoredOrder, case: Case, drafted: Drafted, now: datetime) -> int | None:
        """Write the intent down; returns the number of the last stock read, None where nothing is to be sent."""

        draft, debtor = drafted.draft, case.debtor

        async def begin(work: Work) -> int | None:
            if debtor is not None:
                await self.debtors.note(work, order.order_id, debtor)
            begun = await begin_attempt(
                work,
                self.scene.tenant,
                order.order_id,
                division=self.scene.division,
                your_ref=draft.your_ref,
                fingerprint=draft.fingerprint(),
                now=now,
                certificate=certify(case, drafted),
                sold=order.as_sold(),
            )
            return await reads_begun(work, *self.scene.key) if begun else None

        return await turn.checkpoint(begin)

    async def _note_outcome(
        self, turn: Turn, order: StoredOrder, wait: Throttled | Unavailable, began: datetime
    ) -> None:
        """Only an order that was never tried before can be said not to have been sent at all."""
        tenant, one = self.scene.tenant, order.order_id
        if isinstance(wait, Unavailable) and wait.unknown:
            self.landing.lost(turn, one, began)
            return
        self.landing.not_sent(turn, one, began)
        if order.status is OrderStatus.READY:
            await turn.checkpoint(lambda work: take_back_attempt(work, tenant, one, order.your_ref))

    def _hold(self, turn: Turn, order: StoredOrder, hold: Hold) -> None:
        turn.write(lambda work: self.ends.held(work, order, hold))
