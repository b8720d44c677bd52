"""An order that stands in Exact beside what the channel says of it now: a cancellation, an edit, or nothing.

Asked whenever either side may have moved: when the channel tells news of a forwarded order, and when an order that
was being sent is known to stand in Exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from hub.actors.desk import Cause, erp_address, pass_on_stock
from hub.actors.messages import ApplyCancellation
from hub.actors.runtime.mailbox import post
from hub.domain.cancelling import CancelPolicy, OnCancel
from hub.domain.delivery import CancelReason, ParcelStatus
from hub.domain.editing import Edit, Sold, difference
from hub.domain.life.cancellation import AskedBy, CancellationEvent, CancellationState, UnitsOff
from hub.domain.order import HoldCause, OrderStatus
from hub.store.cancellations import (
    StoredCancellation,
    ask_cancellation,
    cancellations_of,
    move_cancellation,
    orders_cancelling,
)
from hub.store.deliveries import parcels_of_orders, units_by_line
from hub.store.edited_claims import claim_more, orders_claiming_more
from hub.store.engine import Work
from hub.store.orders import StoredOrder, change_order, load_order

UNDECIDED = (CancellationState.PROPOSED, CancellationState.REFUSED)
OURS = (HoldCause.CANCELLED_AFTER_FORWARDING, HoldCause.ORDER_EDITED)


class Tell(Protocol):
    """Writes one sync event about an order."""

    def __call__(self, work: Work, kind: str, message: str, one: str, level: str = "info") -> None: ...


async def review(work: Work, tenant_id: str, one: str, policy: CancelPolicy, tell: Tell) -> None:
    """Draw the consequences of what differs; the caller holds the order's lock. Repeatable."""
    order = await load_order(work.connection, tenant_id, one)
    if order is not None and order.status is OrderStatus.FORWARDED and order.sold is not None:
        await _review(work, order, order.sold, policy, tell)


async def review_all(
    work: Work,
    tenant_id: str,
    forwarded: Sequence[StoredOrder],
    policies: Mapping[str, CancelPolicy],
    tell_of: Callable[[StoredOrder], Tell],
) -> None:
    """Do as ``review`` does for locked and forwarded orders of channels with these policies, by the channel's id.

    Those that are as they were sold, and of which nothing was asked before, are passed over.
    """
    ids = [order.order_id for order in forwarded]
    asked = await orders_cancelling(work.connection, tenant_id, ids, (CancellationState.BOOKING, *UNDECIDED))
    asked |= await orders_claiming_more(work.connection, tenant_id, ids)
    for order in forwarded:
        policy, sold = policies.get(order.channel_id), order.sold
        if policy is None or sold is None:
            continue
        if order.order_id in asked or difference(sold, order.as_sold()):
            await _review(work, order, sold, policy, tell_of(order))


async def _review(work: Work, order: StoredOrder, sold: Sold, policy: CancelPolicy, tell: Tell) -> None:
    edit = difference(sold, order.as_sold())
    products = await claim_more(work, order, sold)
    await pass_on_stock(work, order.tenant_id, products, Cause(f"order {order.number} edited"))
    if edit.only_less:
        await _Cancelled(work, order, policy, tell).review(edit)
    else:
        await _edited(work, order, edit, tell)


class _Cancelled:
    """Some offers, or everything, or nothing, is off beyond what Exact knows."""

    def __init__(self, work: Work, order: StoredOrder, policy: CancelPolicy, tell: Tell) -> None:
        self.work = work
        self.order = order
        self.policy = policy
        self.tell = tell

    async def review(self, edit: Edit) -> None:
        mine = await cancellations_of(
            self.work.connection, self.order.tenant_id, self.order.order_id, (CancellationState.BOOKING, *UNDECIDED)
        )
        booking = [one for one in mine if one.state is CancellationState.BOOKING]
        known = [one for one in mine if one.state in UNDECIDED and one.asked_by is AskedBy.CHANNEL]
        off = _less(edit.off, booking)
        if not off:
            await self._nothing(known, settled=not booking)
            return
        units = tuple(UnitsOff(line_id, count, self._reaches(line_id)) for line_id, count in off.items())
        if any(one.units == units for one in known):
            return
        for one in known:
            await move_cancellation(self.work, one, CancellationEvent.WITHDRAW)
        await self._ask(units, whole=edit.everything)

    def _reaches(self, line_id: str) -> int:
        line = next((line for line in self.order.lines if line.line_id == line_id), None)
        if line is None:
            return 0
        return line.quantity if self.order.cancelled else line.cancelled

    async def _nothing(self, known: Sequence[StoredCancellation], *, settled: bool) -> None:
        """Both sides agree again: the channel took it back, or a person corrected it there."""
        for one in known:
            await move_cancellation(self.work, one, CancellationEvent.WITHDRAW)
        if settled and self.order.hold_cause in OURS:
            await change_order(self.work, self.order.tenant_id, self.order.order_id, hold_cause=None, hold_detail=None)
            self.tell(self.work, "order.agrees", f"Order {self.order.number} is as it stands in Exact again",
                      self.order.order_id)  # fmt: skip

    async def _ask(self, units: tuple[UnitsOff, ...], *, whole: bool) -> None:
        left = await self._left(units)
        apply = self.policy.erp_on_cancel is OnCancel.APPLY and not left
        one = await ask_cancellation(
            self.work,
            self.order.tenant_id,
            self.order.order_id,
            self.order.channel_id,
            units,
            event=CancellationEvent.TOLD_APPLY if apply else CancellationEvent.TOLD_ASK,
            asked_by=AskedBy.CHANNEL,
            reason=CancelReason.OTHER,
            whole=whole,
        )
        part = "was cancelled" if whole else "was cancelled in part"
        number = self.order.sales_order_number
        if apply and self.order.division is not None:
            post(self.work, erp_address(self.order.tenant_id, self.order.division),
                 ApplyCancellation(one.cancellation_id))  # fmt: skip
            message = f"Order {self.order.number} {part}; sales order {number} follows"
            self.tell(self.work, "order.cancelled", message, self.order.order_id)
            return
        what = "goods have left, so it becomes a return" if left else f"decide on sales order {number} in Exact"
        message = f"Order {self.order.number} {part} after it went to Exact; {what}."
        await _hold(self.work, self.order, HoldCause.CANCELLED_AFTER_FORWARDING, message,
                    {"lines": [unit.line_id for unit in units], "left": left})  # fmt: skip
        self.tell(self.work, "order.cancelled", message, self.order.order_id, "warning")

    async def _left(self, units: Sequence[UnitsOff]) -> bool:
        """Say whether goods that are off are in a parcel already."""
        parcels = await parcels_of_orders(self.work.connection, self.order.tenant_id, [self.order.order_id])
        packed = units_by_line([one for one in parcels if one.status is not ParcelStatus.FAILED])
        sold = {line.line_id: line.quantity for line in (self.order.sold.lines if self.order.sold else ())}
        return any(packed.get(one.line_id, 0) + one.quantity > sold.get(one.line_id, 0) for one in units)


async def _edited(work: Work, order: StoredOrder, edit: Edit, tell: Tell) -> None:
    """Lines were added, or prices changed: a person sees each line and decides."""
    message = f"Order {order.number} was edited after it went to Exact as sales order {order.sales_order_number}."
    detail = {"lines": edit_to_json(edit)}
    if order.hold_cause is HoldCause.ORDER_EDITED and order.hold_detail == {"message": message, **detail}:
        return
    await _hold(work, order, HoldCause.ORDER_EDITED, message, detail)
    tell(work, "order.edited", message, order.order_id, "warning")


def edit_to_json(edit: Edit) -> list[dict[str, object]]:
    """Return the lines of an edit as plain JSON, with amounts as text."""
    return [
        {
            "line": one.line_id,
            "name": one.name,
            "before": None if one.before is None else {"quantity": one.before.quantity, "gross": str(one.before.gross)},
            "after": None if one.after is None else {"quantity": one.after.quantity, "gross": str(one.after.gross)},
        }
        for one in edit.lines
    ]


async def _hold(work: Work, order: StoredOrder, cause: HoldCause, message: str, detail: Mapping[str, object]) -> None:
    held = {"message": message, **detail}
    await change_order(work, order.tenant_id, order.order_id, hold_cause=cause.value, hold_detail=held)


def _less(off: Mapping[str, int], booking: Sequence[StoredCancellation]) -> dict[str, int]:
    """Return what is off beyond what is on its way to Exact."""
    under_way: dict[str, int] = {}
    for one in booking:
        for unit in one.units:
            under_way[unit.line_id] = under_way.get(unit.line_id, 0) + unit.quantity
    return {line: count - under_way.get(line, 0) for line, count in off.items() if count > under_way.get(line, 0)}
