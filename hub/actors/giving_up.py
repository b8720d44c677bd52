"""A cancellation that was decided: units are given up at once, Exact follows where it has them, then the channel."""

from __future__ import annotations

from hub.actors.desk import Cause, channel_address, erp_address, pass_on_stock
from hub.actors.messages import ApplyCancellation, FetchOrder, TellCancellation
from hub.actors.runtime.mailbox import post
from hub.domain.life.cancellation import AskedBy, CancellationEvent, CancellationState
from hub.domain.life.order_states import ORDER, OrderEvent, may_stand
from hub.domain.order import HoldCause
from hub.store.cancellations import StoredCancellation, cancellations_of, move_cancellation
from hub.store.engine import Work
from hub.store.order_changes import give_up, take_back
from hub.store.orders import StoredOrder, change_order, load_order
from hub.store.stock import drop_claims, make_claims

UNDER_WAY = (CancellationState.BOOKING, CancellationState.TELLING, CancellationState.SENT, CancellationState.UNTOLD,
             CancellationState.DONE)  # fmt: skip
"""States in which what the seller gave up counts as off."""


async def carry_out(work: Work, order: StoredOrder, one: StoredCancellation) -> StoredCancellation:
    """Begin what a decided cancellation (``BOOKING``) needs; the caller holds the order's lock."""
    if one.asked_by is not AskedBy.CHANNEL:
        await give_up(work, order, one.units)
    if ORDER.allows(order.status, OrderEvent.GIVE_UP):
        return await _outside_exact(work, order, one)
    if order.division is not None and may_stand(order.status):
        post(work, erp_address(order.tenant_id, order.division), ApplyCancellation(one.cancellation_id))
        return one
    return await booked(work, order, one)


async def _outside_exact(work: Work, order: StoredOrder, one: StoredCancellation) -> StoredCancellation:
    """Exact has nothing of the order: what is given up is promised no more, at once."""
    fresh = await load_order(work.connection, order.tenant_id, order.order_id) or order
    now = work.clock.now()
    if fresh.off or one.whole:
        status = ORDER.after(order.status, OrderEvent.GIVE_UP)
        by_hand = HoldCause.CANCELLED_BY_HAND.value
        await change_order(work, order.tenant_id, order.order_id, status=status.value, hold_cause=by_hand)
        products = await drop_claims(work, order.tenant_id, order.order_id, now, "cancelled by hand")
    else:
        products = await make_claims(work, order.tenant_id, order.order_id, now)
    await pass_on_stock(work, order.tenant_id, products, Cause(f"order {order.number} cancelled"))
    return await booked(work, order, one)


async def booked(work: Work, order: StoredOrder, one: StoredCancellation) -> StoredCancellation:
    """Go on once Exact has nothing of the units any more: tell the channel, unless it was the one who said so."""
    if one.asked_by is AskedBy.CHANNEL or order.cancelled:
        return await move_cancellation(work, one, CancellationEvent.BOOKED_AND_KNOWN, problem=None)
    moved = await move_cancellation(work, one, CancellationEvent.BOOKED, problem=None)
    post(work, channel_address(order.tenant_id, order.channel_id), TellCancellation(one.cancellation_id))
    return moved


async def refused(work: Work, order: StoredOrder, one: StoredCancellation, reason: str) -> StoredCancellation:
    """Exact would not: what was given up is wanted again, and the channel is looked at anew."""
    if one.asked_by is not AskedBy.CHANNEL:
        others = await cancellations_of(work.connection, order.tenant_id, order.order_id, UNDER_WAY)
        kept = [unit for other in others if other.cancellation_id != one.cancellation_id
                and other.asked_by is not AskedBy.CHANNEL for unit in other.units]  # fmt: skip
        await take_back(work, order, one.units, kept)
        post(work, channel_address(order.tenant_id, order.channel_id), FetchOrder(order.external_id))
    return await move_cancellation(work, one, CancellationEvent.BOOKING_REFUSED, problem=reason)
