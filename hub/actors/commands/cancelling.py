"""Commands on cancellations: cancel an order or units of it, answer a buyer, let Exact follow, try again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.actors.commands.orders import find_order, record_order, state_of
from hub.actors.commands.refusal import CommandRefused
from hub.actors.desk import channel_address
from hub.actors.giving_up import carry_out
from hub.actors.messages import TellCancellation
from hub.actors.runtime import mailbox
from hub.domain.delivery import CancelReason, ParcelStatus, ShippedUnits
from hub.domain.life.cancellation import CANCELLATION, AskedBy, CancellationEvent, CancellationState, UnitsOff
from hub.domain.life.order_states import ORDER, OrderEvent, may_stand
from hub.domain.order import HoldCause
from hub.domain.tenant import Principal
from hub.store.cancellations import StoredCancellation, ask_cancellation, load_cancellation, move_cancellation
from hub.store.deliveries import parcels_of_orders, units_by_line
from hub.store.engine import Work
from hub.store.order_changes import note_settled
from hub.store.orders import StoredOrder, change_order, load_order


async def cancel_order(
    work: Work,
    who: Principal,
    now: datetime,
    order_id: str,
    units: Sequence[ShippedUnits] | None = None,
    reason: CancelReason = CancelReason.OTHER,
) -> str:
    """Give up an order or units of it; without units all that has not left. Returns the cancellation's id.

    What Exact does not have yet is given up at once; what stands there is lowered or deleted first. Then the channel
    is told, where it can be.
    """
    order = await find_order(work, who, order_id)
    if not ORDER.allows(order.status, OrderEvent.GIVE_UP) and not may_stand(order.status):
        raise CommandRefused("NOT_CANCELLABLE", f"The order is {order.status.value}; cancel it where it stands.")
    chosen = _chosen(await _left(work, order, all_of_it=units is None), order, units)
    one = await ask_cancellation(
        work,
        who.tenant_id,
        order_id,
        order.channel_id,
        chosen,
        event=CancellationEvent.BY_SELLER,
        asked_by=AskedBy.SELLER,
        reason=reason,
        whole=_is_whole(order, chosen),
    )
    await carry_out(work, order, one)
    after = await load_order(work.connection, who.tenant_id, order_id) or order
    off = {unit.line_id: unit.reaches for unit in chosen}
    what = "was cancelled by hand" if one.whole else "was cancelled in part by hand"
    record_order(work, who, now, order, "order.cancelled", f"Order {order.number} {what}",
                 cancellation=one.cancellation_id, reason=reason.value, before=_off(order, off),
                 after=_off(after, off))  # fmt: skip
    return one.cancellation_id


async def accept_cancellation(work: Work, who: Principal, now: datetime, cancellation_id: str) -> None:
    """Do what a buyer asks for, or let Exact follow what the channel has cancelled."""
    order, one = await _find(work, who, cancellation_id)
    _must_allow(one, CancellationEvent.ACCEPT)
    moved = await carry_out(work, order, await move_cancellation(work, one, CancellationEvent.ACCEPT, problem=None))
    record_order(work, who, now, order, "cancellation.accepted", f"A cancellation of order {order.number} was accepted",
                 cancellation=cancellation_id, before=_state(one), after=_state(moved))  # fmt: skip


async def decline_cancellation(work: Work, who: Principal, now: datetime, cancellation_id: str) -> None:
    """Say no to a buyer, or that what the channel has cancelled was settled by hand."""
    order, one = await _find(work, who, cancellation_id)
    _must_allow(one, CancellationEvent.DECLINE)
    moved = await move_cancellation(work, one, CancellationEvent.DECLINE)
    if one.asked_by is AskedBy.CHANNEL:
        await note_settled(work, order)
    if one.asked_by is AskedBy.CHANNEL and order.hold_cause is HoldCause.CANCELLED_AFTER_FORWARDING:
        await change_order(work, who.tenant_id, order.order_id, hold_cause=None, hold_detail=None)
    record_order(work, who, now, order, "cancellation.declined", f"A cancellation of order {order.number} was declined",
                 cancellation=cancellation_id, before=_state(one), after=_state(moved))  # fmt: skip


async def retry_cancellation(work: Work, who: Principal, now: datetime, cancellation_id: str) -> None:
    """Try once more what Exact or the channel has refused."""
    order, one = await _find(work, who, cancellation_id)
    _must_allow(one, CancellationEvent.RETRY)
    moved = await move_cancellation(work, one, CancellationEvent.RETRY, problem=None)
    if moved.state is CancellationState.BOOKING:
        moved = await carry_out(work, order, moved)
    else:
        address = channel_address(who.tenant_id, order.channel_id)
        mailbox.post(work, address, TellCancellation(cancellation_id))
    record_order(work, who, now, order, "cancellation.retried", f"A cancellation of {order.number} is tried again",
                 cancellation=cancellation_id, before=_state(one), after=_state(moved))  # fmt: skip


async def _find(work: Work, who: Principal, cancellation_id: str) -> tuple[StoredOrder, StoredCancellation]:
    """Lock the order and return it with the cancellation, or refuse."""
    found = await load_cancellation(work.connection, who.tenant_id, cancellation_id)
    if found is None:
        raise CommandRefused("NOT_FOUND", "There is no such cancellation.", ("cancellationId",))
    order = await find_order(work, who, found.order_id)
    return order, await load_cancellation(work.connection, who.tenant_id, cancellation_id) or found


def _must_allow(one: StoredCancellation, event: CancellationEvent) -> None:
    if not CANCELLATION.allows(one.state, event):
        raise CommandRefused("NOT_POSSIBLE", f"The cancellation is {one.state.value}.", ("cancellationId",))


async def _left(work: Work, order: StoredOrder, *, all_of_it: bool) -> dict[str, int]:
    """Return what can be given up by line; of an order outside Exact all that is wanted, whatever was packed of it."""
    wanted = {line.line_id: line.quantity - line.cancelled for line in order.lines}
    if all_of_it and not may_stand(order.status):
        return wanted
    parcels = await parcels_of_orders(work.connection, order.tenant_id, [order.order_id])
    packed = units_by_line([one for one in parcels if one.status is not ParcelStatus.FAILED])
    sent = {line.line_id: max(line.shipped, packed.get(line.line_id, 0)) for line in order.lines}
    return {line_id: count - sent[line_id] for line_id, count in wanted.items()}


def _chosen(left: Mapping[str, int], order: StoredOrder, units: Sequence[ShippedUnits] | None) -> tuple[UnitsOff, ...]:
    asked = units if units is not None else [ShippedUnits(one, count) for one, count in left.items() if count > 0]
    if not asked and order.lines:
        raise CommandRefused("NOTHING_LEFT", "Nothing of this order is left to cancel.", ("units",))
    off = {line.line_id: line.cancelled for line in order.lines}
    for unit in asked:
        if unit.line_id not in left:
            raise CommandRefused("LINE_UNKNOWN", f"The order has no line {unit.line_id}.", ("units",))
        if not 0 < unit.quantity <= left[unit.line_id]:
            most = max(0, left[unit.line_id])
            raise CommandRefused("TOO_MANY", f"Line {unit.line_id} has {most} left to cancel.", ("units",))
    return tuple(UnitsOff(unit.line_id, unit.quantity, off[unit.line_id] + unit.quantity) for unit in asked)


def _is_whole(order: StoredOrder, units: Sequence[UnitsOff]) -> bool:
    reached = {unit.line_id: unit.reaches for unit in units}
    return all(reached.get(line.line_id, line.cancelled) >= line.quantity for line in order.lines)


def _off(order: StoredOrder, units: Mapping[str, int]) -> dict[str, object]:
    """Return what a cancellation changes of an order."""
    return {**state_of(order), "off": {line.line_id: line.cancelled for line in order.lines if line.line_id in units}}


def _state(one: StoredCancellation) -> dict[str, str]:
    return {"state": one.state.value}
