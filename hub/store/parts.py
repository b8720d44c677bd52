"""Statements about offers that hold several units or products: of listings, of SKUs mapped by hand, of order lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, Row, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.kit import Part
from hub.store.engine import Work
from hub.store.tables import listing_part, order_line_part, sku_mapping
from hub.store.upsert import upsert

IDS: BindParameter[Any] = bindparam("ids", expanding=True)
OF_LISTINGS = (
    select(listing_part)
    .where(listing_part.c.tenant_id == bindparam("tenant"), listing_part.c.listing_id.in_(IDS))
    .order_by(listing_part.c.place)
)
OF_LINES = (
    select(order_line_part)
    .where(order_line_part.c.tenant_id == bindparam("tenant"), order_line_part.c.order_id.in_(IDS))
    .order_by(order_line_part.c.place)
)


@dataclass(frozen=True, slots=True)
class LinePart:
    """A product within an order line; ``booked`` where it is a line of its own on the sales order."""

    product_id: str
    units: Decimal
    weight: Decimal | None
    booked: bool
    sales_order_line_id: str | None

    @property
    def part(self) -> Part:
        return Part(self.product_id, self.units, self.weight)


@dataclass(frozen=True, slots=True)
class Booking:
    """What of an order line stands as one line on the sales order: so many ``units`` of a product in each offer.

    ``key`` is the line's own id, or names the part of a kit; ``product_id`` None is not known yet.
    """

    key: str
    line_id: str
    product_id: str | None
    units: Decimal
    sales_order_line_id: str | None
    part: bool = False


async def parts_of_listings(
    connection: AsyncConnection, tenant_id: str, listing_ids: Collection[str]
) -> dict[str, tuple[Part, ...]]:
    """Return the products of each listing that has any of its own; one without leaves it to its product and rule."""
    found: dict[str, tuple[Part, ...]] = {}
    for row in (await connection.execute(OF_LISTINGS, {"tenant": tenant_id, "ids": list(listing_ids)})).all():
        found[row.listing_id] = (*found.get(row.listing_id, ()), Part(row.product_id, row.units, row.weight))
    return found


async def replace_parts(work: Work, tenant_id: str, parts: Mapping[str, Sequence[Part]]) -> None:
    """Set what some listings hold; nothing leaves it to product and rule. Repeatable."""
    table = listing_part
    await work.execute(delete(table).where(table.c.tenant_id == tenant_id, table.c.listing_id.in_(list(parts))))
    rows = [
        {"tenant_id": tenant_id, "listing_id": one, "place": place, **_columns(part)}
        for one, held in parts.items()
        for place, part in enumerate(held)
    ]
    await upsert(work.connection, table, rows)


def _columns(part: Part) -> dict[str, Any]:
    return {"product_id": part.product_id, "units": part.units, "weight": part.weight}


async def map_sku(work: Work, tenant_id: str, channel_id: str, sku: str, part: Part) -> None:
    """Say by hand which product a SKU of a channel stands for that is no listing there. Repeatable."""
    row = {"tenant_id": tenant_id, "channel_id": channel_id, "sku": sku}
    await upsert(work.connection, sku_mapping, [row | {"product_id": part.product_id, "units": part.units}])


async def mapped_skus(
    connection: AsyncConnection, tenant_id: str, channel_id: str, skus: Iterable[str]
) -> dict[str, Part]:
    """Return what SKUs stand for that are no listings and were mapped by hand."""
    table = sku_mapping
    statement = select(table).where(
        table.c.tenant_id == tenant_id, table.c.channel_id == channel_id, table.c.sku.in_(list(skus))
    )
    return {row.sku: Part(row.product_id, row.units) for row in (await connection.execute(statement)).all()}


async def parts_of_lines(
    connection: AsyncConnection, tenant_id: str, order_ids: Collection[str]
) -> dict[tuple[str, str], tuple[LinePart, ...]]:
    """Return the products of order lines that are kits, by order id and line id."""
    found: dict[tuple[str, str], list[LinePart]] = defaultdict(list)
    for row in (await connection.execute(OF_LINES, {"tenant": tenant_id, "ids": list(order_ids)})).all():
        found[row.order_id, row.line_id].append(_line_part(row))
    return {key: tuple(parts) for key, parts in found.items()}


async def replace_line_parts(
    work: Work, tenant_id: str, order_id: str, parts: Mapping[str, Sequence[Part]], booked: Collection[str]
) -> None:
    """Set the products of some lines of an order; ``booked`` lines are to stand as their parts on the sales order."""
    table = order_line_part
    own = (table.c.tenant_id == tenant_id, table.c.order_id == order_id, table.c.line_id.in_(list(parts)))
    await work.execute(delete(table).where(*own))
    rows = [
        {"tenant_id": tenant_id, "order_id": order_id, "line_id": line_id, "place": place}
        | {"booked": line_id in booked, **_columns(part)}
        for line_id, held in parts.items()
        for place, part in enumerate(held)
    ]
    await upsert(work.connection, table, rows)


def _line_part(row: Row[Any]) -> LinePart:
    return LinePart(row.product_id, row.units, row.weight, row.booked, row.sales_order_line_id)
