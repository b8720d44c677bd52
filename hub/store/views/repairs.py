"""What waits for somebody to say which product it is: listings, and order lines that no listing names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, or_, select

from hub.domain.order import OrderStatus
from hub.store.resolving import is_kit
from hub.store.tables import listing, order_line, orders
from hub.store.views.page import Order

BY_LINE = Order((order_line.c.order_id, order_line.c.line_id), (str, str))
WAITING = (OrderStatus.WAITING.value, OrderStatus.READY.value, OrderStatus.HELD.value)


def list_unlisted_lines(tenant_id: str, channel_id: str | None) -> Select[Any]:
    """Select lines of orders that are not in Exact, sell nothing known, and bear no name of a listing."""
    line, one = order_line.c, listing.c
    same = or_(one.external_id == line.external_listing_id, one.sku == line.sku, one.ean == line.ean)
    listed = select(one.listing_id).where(one.tenant_id == tenant_id, one.channel_id == orders.c.channel_id, same)
    statement = (
        select(order_line)
        .join(orders, (orders.c.tenant_id == line.tenant_id) & (orders.c.order_id == line.order_id))
        .where(line.tenant_id == tenant_id, orders.c.tenant_id == tenant_id, orders.c.status.in_(WAITING))
        .where(line.product_id.is_(None), ~is_kit(), ~listed.exists())
    )
    return statement if channel_id is None else statement.where(orders.c.channel_id == channel_id)
