"""A repaired mapping reaches the orders that waited for it: their products, their claims, their way to Exact."""

from __future__ import annotations

from hub.actors.desk import Cause, erp_address, pass_on_stock
from hub.actors.messages import ForwardOrder
from hub.actors.runtime.mailbox import post
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.order import HoldCause, OrderStatus
from hub.store.channels import StoredChannel
from hub.store.engine import Work
from hub.store.order_import import orders_without_product, rematch_lines
from hub.store.order_state import lock_order
from hub.store.orders import StoredOrder, change_order, load_order
from hub.store.stock import make_claims


async def repair_orders(work: Work, channel: StoredChannel) -> None:
    """Resolve again the orders of a channel that had an unknown product; those held for it alone go on."""
    for one in await orders_without_product(work.connection, channel.tenant_id, channel.channel_id):
        await lock_order(work, channel.tenant_id, one)
        order = await load_order(work.connection, channel.tenant_id, one)
        if order is not None:
            await _repair(work, channel, order)


async def _repair(work: Work, channel: StoredChannel, order: StoredOrder) -> None:
    await rematch_lines(work, order, channel.settings.rule.units_per_offer, channel.settings.kits.booking)
    if order.fulfilled_by != "platform":
        products = await make_claims(work, order.tenant_id, order.order_id, work.clock.now())
        await pass_on_stock(work, order.tenant_id, products, Cause(f"order {order.number}"))
    if order.status is OrderStatus.HELD and order.hold_cause is HoldCause.UNKNOWN_PRODUCT:
        await _go_on(work, channel, order)


async def _go_on(work: Work, channel: StoredChannel, order: StoredOrder) -> None:
    fresh = await load_order(work.connection, order.tenant_id, order.order_id)
    division = channel.settings.division
    if fresh is None or division is None or any(not line.known for line in fresh.lines):
        return
    ready = ORDER.after(order.status, OrderEvent.RELEASED).value
    await change_order(work, order.tenant_id, order.order_id, status=ready, hold_cause=None, hold_detail=None)
    post(work, erp_address(order.tenant_id, division), ForwardOrder(order.order_id))
