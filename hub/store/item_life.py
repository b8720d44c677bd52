"""Statements about how items of a division may be sold: until when, whether from stock, whether in fractions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.product import ItemLife
from hub.store.engine import Work
from hub.store.tables import erp_item, product


async def end_due_items(work: Work, tenant_id: str, division: int, now: datetime) -> set[str]:
    """End the items of a division whose last day is over (UTC), and return their products. Repeatable.

    Exact gives an item no new version on the day it ends, so that no reading would tell.
    """
    statement = (
        update(erp_item)
        .where(
            erp_item.c.tenant_id == tenant_id,
            erp_item.c.division == division,
            erp_item.c.ended.is_(False),
            erp_item.c.ends_at < now,
        )
        .values(ended=True)
        .returning(erp_item.c.product_id)
    )
    return set((await work.connection.execute(statement)).scalars())


async def lives_of(
    connection: AsyncConnection, tenant_id: str, product_ids: Iterable[str]
) -> dict[str, list[ItemLife]]:
    """Return how the items of products may be sold, in every division."""
    table = erp_item
    statement = select(table).where(table.c.tenant_id == tenant_id, table.c.product_id.in_(list(product_ids)))
    found: dict[str, list[ItemLife]] = defaultdict(list)
    for row in (await connection.execute(statement)).all():
        life = ItemLife(row.division, ended=row.ended, sold=row.sold, stocked=row.stocked, fractional=row.fractional)
        found[row.product_id].append(life)
    return found


async def product_facts(
    connection: AsyncConnection, tenant_id: str, product_ids: Iterable[str]
) -> dict[str, tuple[str, Decimal]]:
    """Return item code and own safety stock (stock units) by product."""
    table = product
    statement = select(table.c.product_id, table.c.code, table.c.safety_stock).where(
        table.c.tenant_id == tenant_id, table.c.product_id.in_(list(product_ids))
    )
    rows = (await connection.execute(statement)).all()
    return {row.product_id: (row.code, row.safety_stock or Decimal(0)) for row in rows}


async def set_safety_stock(work: Work, tenant_id: str, product_id: str, units: Decimal) -> None:
    """Set what is kept back of a product on every channel (stock units)."""
    table = product
    await work.execute(
        update(table).where(table.c.tenant_id == tenant_id, table.c.product_id == product_id).values(safety_stock=units)
    )
