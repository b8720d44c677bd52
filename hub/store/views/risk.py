"""Orders that may miss the platform's deadline."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, exists, select

from hub.domain.order import FulfilledBy
from hub.store.tables import order_line, orders
from hub.store.views.orders import OPEN


def list_at_risk(tenant_id: str) -> Select[Any]:
    """Select orders with a deadline of which something is still to be shipped by the seller."""
    unshipped = exists().where(
        order_line.c.tenant_id == tenant_id,
        order_line.c.order_id == orders.c.order_id,
        order_line.c.quantity > order_line.c.cancelled + order_line.c.shipped,
        order_line.c.voucher.is_(False),
    )
    return select(orders).where(
        orders.c.tenant_id == tenant_id,
        orders.c.ship_by.is_not(None),
        orders.c.status.in_([status.value for status in OPEN]),
        orders.c.fulfilled_by == FulfilledBy.SELLER.value,
        orders.c.cancelled.is_(False),
        unshipped,
    )
