"""What the lines of orders would stand for, were a listing mapped or counted otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.order import OrderLine
from hub.store.channels import StoredChannel
from hub.store.orders import StoredOrder
from hub.store.resolving import resolve_products
from hub.store.tables import listing, order_line


@dataclass(frozen=True, slots=True)
class Remapped:
    """What a line would stand for: a product, and how many stock units an offer has."""

    product_id: str | None
    units_per_offer: Decimal


async def remapped(
    connection: AsyncConnection,
    channel: StoredChannel,
    stored: Sequence[StoredOrder],
    units_per_offer: Decimal,
    mapping: tuple[str, str | None] | None,
) -> dict[tuple[str, str], Remapped]:
    """Return what lines would stand for by (external order id, line id), as far as that would be something else.

    ``units_per_offer`` is the channel's proposed one, for listings without a rule of their own; ``mapping`` gives a
    listing another product.
    """
    if units_per_offer == channel.settings.rule.units_per_offer and mapping is None:
        return {}
    asked = await _asked(connection, channel.tenant_id, stored)
    found = {key: Remapped(line.product_id, line.units) for key, line in asked.items()}
    if units_per_offer != channel.settings.rule.units_per_offer:
        found = await _other_units(connection, channel, asked, units_per_offer)
    if mapping is not None:
        found |= await _other_product(connection, channel, asked, found, *mapping)
    return {key: one for key, one in found.items() if one != Remapped(asked[key].product_id, asked[key].units)}


@dataclass(frozen=True, slots=True)
class Asked:
    """A stored line as it is resolved to a product."""

    line: OrderLine
    product_id: str | None
    units: Decimal


async def _asked(
    connection: AsyncConnection, tenant_id: str, stored: Sequence[StoredOrder]
) -> dict[tuple[str, str], Asked]:
    ids = {one.order_id: one.external_id for one in stored}
    statement = select(order_line).where(order_line.c.tenant_id == tenant_id, order_line.c.order_id.in_(list(ids)))
    rows = (await connection.execute(statement)).all()
    return {(ids[row.order_id], row.line_id): _one_asked(row) for row in rows}


def _one_asked(row: Row[Any]) -> Asked:
    name = f"{row.order_id}:{row.line_id}"
    line = OrderLine(
        name, row.sku, row.ean, row.title, row.quantity, row.gross, external_listing_id=row.external_listing_id
    )
    return Asked(line, row.product_id, row.units_per_offer)


async def _other_units(
    connection: AsyncConnection, channel: StoredChannel, asked: Mapping[tuple[str, str], Asked], units: Decimal
) -> dict[tuple[str, str], Remapped]:
    lines = [one.line for one in asked.values()]
    booking = channel.settings.kits.booking
    resolved = await resolve_products(connection, channel.tenant_id, channel.channel_id, lines, units, booking)
    return {key: Remapped(one.product_id, resolved[one.line.line_id].units) for key, one in asked.items()}


async def _other_product(
    connection: AsyncConnection,
    channel: StoredChannel,
    asked: Mapping[tuple[str, str], Asked],
    found: Mapping[tuple[str, str], Remapped],
    listing_id: str,
    product_id: str | None,
) -> dict[tuple[str, str], Remapped]:
    statement = select(listing.c.external_id, listing.c.sku, listing.c.ean).where(
        listing.c.tenant_id == channel.tenant_id,
        listing.c.channel_id == channel.channel_id,
        listing.c.listing_id == listing_id,
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return {}
    theirs = [key for key, one in asked.items() if _is_of(one.line, row)]
    return {key: Remapped(product_id, found[key].units_per_offer) for key in theirs}


def _is_of(line: OrderLine, row: Row[Any, Any, Any]) -> bool:
    """Say whether a line was sold from a listing: by the listing's id where the line has one, else SKU, else EAN."""
    pairs = (line.external_listing_id, row.external_id), (line.sku, row.sku), (line.ean, row.ean)
    mine, theirs = next(((mine, theirs) for mine, theirs in pairs if mine), (None, None))
    return mine is not None and mine == theirs
