"""Statements about what is thought of orders' addresses; the addresses themselves lie sealed with their buyers."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.addressing import AddressCheck, CheckState
from hub.store.engine import Work
from hub.store.tables import order_address
from hub.store.upsert import upsert


async def save_check(work: Work, tenant_id: str, order_id: str, check: AddressCheck) -> None:
    """Store what is thought of an order's address. Repeatable."""
    row = {
        "tenant_id": tenant_id,
        "order_id": order_id,
        "state": check.state.value,
        "kind": check.kind.value,
        "confidence": check.confidence,
        "doubts": [doubt.value for doubt in check.doubts],
        "checked_at": work.clock.now(),
    }
    await upsert(work.connection, order_address, [row])


async def address_state(connection: AsyncConnection, tenant_id: str, order_id: str) -> CheckState | None:
    """Return whether an order's address is sure; None for an order whose address was never looked at."""
    statement = select(order_address.c.state).where(
        order_address.c.tenant_id == tenant_id, order_address.c.order_id == order_id
    )
    found = (await connection.execute(statement)).scalar_one_or_none()
    return None if found is None else CheckState(found)
