"""Orders as the API lists them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from hub.domain.order import OrderStatus
from hub.store.tables import orders
from hub.store.views.page import Order
from hub.store.views.text import contains

NEWEST_FIRST = Order((orders.c.placed_at, orders.c.order_id), (datetime, str), descending=True)
MOST_URGENT_FIRST = Order((orders.c.ship_by, orders.c.order_id), (datetime, str))
OPEN = (OrderStatus.WAITING, OrderStatus.READY, OrderStatus.SENDING, OrderStatus.HELD, OrderStatus.FORWARDED)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders to list; an absent field takes all. ``placed_from`` is included, ``placed_until`` is not (UTC)."""

    channel_id: str | None = None
    statuses: tuple[OrderStatus, ...] = ()
    placed_from: datetime | None = None
    placed_until: datetime | None = None
    search: str | None = None


def list_orders(tenant_id: str, only: OrderFilter) -> Select[Any]:
    """Select the tenant's orders; words are looked for in the channel's number and the ERP's reference."""
    statement = select(orders).where(orders.c.tenant_id == tenant_id)
    if only.channel_id is not None:
        statement = statement.where(orders.c.channel_id == only.channel_id)
    if only.statuses:
        statement = statement.where(orders.c.status.in_([status.value for status in only.statuses]))
    if only.placed_from is not None:
        statement = statement.where(orders.c.placed_at >= only.placed_from)
    if only.placed_until is not None:
        statement = statement.where(orders.c.placed_at < only.placed_until)
    if only.search:
        statement = statement.where(contains(only.search, orders.c.number, orders.c.your_ref))
    return statement
