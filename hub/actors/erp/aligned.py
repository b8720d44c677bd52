"""How the alignment of a sales order ends: claims, holds, certificates and the cancellation itself, in one work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.actors import giving_up
from hub.actors.desk import Cause, pass_on_stock
from hub.actors.erp.scene import Scene
from hub.actors.messages import ApplyCancellation, ApplyEdit, SweepStock
from hub.actors.refusals import said_of
from hub.actors.reviewing import OURS
from hub.actors.runtime.mailbox import post
from hub.domain.certificate import Certificate
from hub.domain.forwarding import Hold
from hub.domain.life.cancellation import AskedBy, CancellationState
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.order import HoldCause
from hub.store.bookings import book_order, unbook_order
from hub.store.cancellations import StoredCancellation, load_cancellation
from hub.store.edited_claims import lower_claims
from hub.store.engine import Work
from hub.store.order_changes import note_aligned
from hub.store.order_state import lock_order
from hub.store.orders import StoredOrder, change_order, load_order
from hub.store.stock import show_claims


@dataclass(frozen=True, slots=True)
class Aligned:
    """A sales order as it was left; ``lines`` maps our lines to Exact's, ``gone`` says that it was deleted."""

    order: StoredOrder
    lines: Mapping[str, str]
    gone: bool = False
    certificate: Certificate | None = None
    fingerprint: str | None = None
    problem: Hold | None = None


class AlignedEnds:
    """Writes what follows; an order that changed meanwhile is looked at once more."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def cancelled(self, work: Work, aligned: Aligned, asked: StoredCancellation) -> None:
        """Exact has followed a cancellation: claims fall, stock is read anew, and the channel is told."""
        order = await self._fresh(work, aligned)
        one = await load_cancellation(work.connection, self.scene.tenant, asked.cancellation_id)
        if one is None or one.state is not CancellationState.BOOKING:
            return
        if order is None:
            post(work, self.scene.teller.address, ApplyCancellation(one.cancellation_id))
            return
        by_hand = one.asked_by is not AskedBy.CHANNEL
        await self._store(work, order, aligned, by_hand=by_hand)
        await giving_up.booked(work, order, one)
        what = "was deleted" if aligned.gone else "was lowered"
        message = f"Order {order.number} was cancelled, and sales order {order.sales_order_number} {what} in Exact"
        self._tell(work, "order.cancelled", message, order)

    async def not_cancelled(self, work: Work, order: StoredOrder, asked: StoredCancellation, told: str) -> None:
        """Exact would not follow: a person sees why, and what was given up is wanted again."""
        await lock_order(work, self.scene.tenant, order.order_id)
        stored = await load_order(work.connection, self.scene.tenant, order.order_id)
        one = await load_cancellation(work.connection, self.scene.tenant, asked.cancellation_id)
        if stored is None or one is None or one.state is not CancellationState.BOOKING:
            return
        reason = await said_of(work.connection, self.scene.desk, self.scene.tenant, order.order_id, told)
        await giving_up.refused(work, stored, one, reason)
        message = f"Order {order.number} could not be cancelled in Exact: {reason}"
        if one.asked_by is AskedBy.CHANNEL:
            cause = HoldCause.CANCELLED_AFTER_FORWARDING.value
            await change_order(work, self.scene.tenant, order.order_id, hold_cause=cause,
                               hold_detail={"message": message})  # fmt: skip
        self._tell(work, "cancellation.refused", message, order, "error")

    async def never_stood(self, work: Work, order: StoredOrder, asked: StoredCancellation) -> None:
        """The order is known not to stand in Exact after all: it is given up where it is."""
        await lock_order(work, self.scene.tenant, order.order_id)
        stored = await load_order(work.connection, self.scene.tenant, order.order_id)
        one = await load_cancellation(work.connection, self.scene.tenant, asked.cancellation_id)
        if stored is not None and one is not None and one.state is CancellationState.BOOKING:
            await giving_up.carry_out(work, stored, one)

    async def edited(self, work: Work, aligned: Aligned) -> None:
        """Exact has followed an edit: the certificate is new, the one before is kept."""
        order = await self._fresh(work, aligned)
        if order is None:
            post(work, self.scene.teller.address, ApplyEdit(aligned.order.order_id))
            return
        await self._store(work, order, aligned, by_hand=False)
        message = f"Sales order {order.sales_order_number} in Exact follows the edit of order {order.number}"
        self._tell(work, "order.edit_applied", message, order)

    async def not_edited(self, work: Work, order: StoredOrder, told: str) -> None:
        """Exact would not follow an edit: the difference stays, with the reason."""
        await lock_order(work, self.scene.tenant, order.order_id)
        stored = await load_order(work.connection, self.scene.tenant, order.order_id)
        if stored is None or stored.hold_cause is not HoldCause.ORDER_EDITED:
            return
        reason = await said_of(work.connection, self.scene.desk, self.scene.tenant, order.order_id, told)
        detail = {**(stored.hold_detail or {}), "refused": reason}
        await change_order(work, self.scene.tenant, order.order_id, hold_detail=detail)
        message = f"The edit of order {order.number} could not be applied in Exact: {reason}"
        self._tell(work, "order.edit_refused", message, order, "error")

    async def _fresh(self, work: Work, aligned: Aligned) -> StoredOrder | None:
        """Lock the order and return it, None where it is not the one any more that Exact was brought to."""
        await lock_order(work, self.scene.tenant, aligned.order.order_id)
        stored = await load_order(work.connection, self.scene.tenant, aligned.order.order_id)
        if stored is None or (stored.lines, stored.off) != (aligned.order.lines, aligned.order.off):
            return None
        return stored

    async def _store(self, work: Work, order: StoredOrder, aligned: Aligned, *, by_hand: bool) -> None:
        await note_aligned(work, order, aligned.lines, order.as_sold(), aligned.certificate, aligned.fingerprint)
        products = await lower_claims(work, order)
        if aligned.gone:
            await self._removed(work, order, by_hand=by_hand)
            await unbook_order(work, self.scene.tenant, order.order_id)
        else:
            await book_order(work, self.scene.tenant, order.order_id)
            await show_claims(work, self.scene.tenant, [order.order_id], self.scene.division)
            await self._settle_hold(work, order, aligned.problem)
        await pass_on_stock(work, self.scene.tenant, products, Cause(f"order {order.number} changed in Exact"))
        due = work.clock.now() + timedelta(seconds=self.scene.desk.pace.stock_gather)
        post(work, self.scene.teller.address, SweepStock(tick=False), due_at=due)

    async def _removed(self, work: Work, order: StoredOrder, *, by_hand: bool) -> None:
        await change_order(
            work,
            self.scene.tenant,
            order.order_id,
            status=ORDER.after(order.status, OrderEvent.REMOVED).value,
            hold_cause=HoldCause.CANCELLED_BY_HAND.value if by_hand else None,
            hold_detail=None,
            sales_order_id=None,
            sales_order_number=None,
            sold=None,
        )

    async def _settle_hold(self, work: Work, order: StoredOrder, problem: Hold | None) -> None:
        if problem is not None:
            held = {"message": problem.message, **problem.detail}
            await change_order(work, self.scene.tenant, order.order_id, hold_cause=problem.cause.value,
                               hold_detail=held)  # fmt: skip
            self._tell(work, "order.differs", problem.message, order, "error")
        elif order.hold_cause in OURS:
            await change_order(work, self.scene.tenant, order.order_id, hold_cause=None, hold_detail=None)

    def _tell(
        self, work: Work, kind: str, message: str, order: StoredOrder, level: str = "info", **detail: Any
    ) -> None:
        self.scene.tell_of(work, order, kind, message, level, **detail)
