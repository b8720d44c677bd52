"""A tenant with orders in its house, for measurements of the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from hub.domain.tenant import Role
from hub.store import tables
from hub.store.engine import Work
from hub.store.tenants import create_tenant
from hub.store.tokens import create_token

TENANT = "tenant-0"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


async def fill(work: Work, orders: int) -> str:
    """Store a tenant with so many orders, and return a token that reads them."""
    await create_tenant(work, TENANT, TENANT)
    for number in range(orders):
        await work.execute(insert(tables.orders).values(tenant_id=TENANT, **order(number)))
    return (await create_token(work, TENANT, Role.VIEWER, "bench", created_by="bench")).secret


def order(number: int) -> dict[str, Any]:
    """Return one order as it is stored."""
    placed = NOON + timedelta(minutes=number)
    return {
        "order_id": f"order-{number:05}",
        "channel_id": "shop",
        "external_id": f"ext-{number}",
        "number": f"W{number}",
        "placed_at": placed,
        "changed_at": placed,
        "imported_at": placed,
        "currency": "EUR",
        "total": Decimal("24.20") + number,
        "country": "NL",
        "payment": "paid",
        "fulfilled_by": "seller",
        "raw_status": "processing",
        "cancelled": False,
        "charges": [],
        "status": "ready",
    }
