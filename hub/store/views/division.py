"""What a division knows, as the screens that map a channel onto it look things up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.tables import customer, shipping_method, vat_code, warehouse
from hub.store.views.text import contains

SEARCHED: dict[Table, tuple[Column[Any], ...]] = {
    customer: (customer.c.code, customer.c.name),
    shipping_method: (shipping_method.c.code, shipping_method.c.description),
    vat_code: (vat_code.c.code, vat_code.c.description),
    warehouse: (warehouse.c.code, warehouse.c.description),
}


async def search_division(
    connection: AsyncConnection, tenant_id: str, division: int, table: Table, search: str | None, limit: int
) -> Sequence[Row[Any]]:
    """Return at most ``limit`` rows of one of the division's lists, by code, that hold the words."""
    statement = select(table).where(table.c.tenant_id == tenant_id, table.c.division == division)
    if search:
        statement = statement.where(contains(search, *SEARCHED[table]))
    return (await connection.execute(statement.order_by(table.c.code).limit(limit))).all()
