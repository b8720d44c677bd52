"""Products and listings as the API lists them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.tables import claim, listing, product
from hub.store.views.page import Order
from hub.store.views.text import contains

BY_CODE = Order((product.c.code, product.c.product_id), (str, str))
BY_CHANNEL = Order((listing.c.channel_id, listing.c.external_id), (str, str))


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """Which listings to list; an absent field takes all."""

    channel_id: str | None = None
    product_id: str | None = None
    statuses: tuple[str, ...] = ()
    search: str | None = None


def list_listings(tenant_id: str, only: ListingFilter) -> Select[Any]:
    """Select the tenant's listings; words are looked for in title, SKU, EAN and the channel's own id."""
    statement = select(listing).where(listing.c.tenant_id == tenant_id)
    if only.channel_id is not None:
        statement = statement.where(listing.c.channel_id == only.channel_id)
    if only.product_id is not None:
        statement = statement.where(listing.c.product_id == only.product_id)
    if only.statuses:
        statement = statement.where(listing.c.status.in_(only.statuses))
    if only.search:
        columns = (listing.c.title, listing.c.sku, listing.c.ean, listing.c.external_id)
        statement = statement.where(contains(only.search, *columns))
    return statement


def list_products(tenant_id: str, search: str | None) -> Select[Any]:
    """Select the tenant's products; words are looked for in code, EAN and description."""
    statement = select(product).where(product.c.tenant_id == tenant_id)
    if search:
        statement = statement.where(contains(search, product.c.code, product.c.ean, product.c.description))
    return statement


async def open_claims(connection: AsyncConnection, tenant_id: str, products: Collection[str]) -> Mapping[str, Decimal]:
    """Return the stock units promised to channel orders and not yet reflected by FreeStock, by product."""
    statement = select(claim.c.product_id, claim.c.quantity).where(
        claim.c.tenant_id == tenant_id, claim.c.product_id.in_(products), claim.c.released_at.is_(None)
    )
    found: dict[str, Decimal] = {}
    for row in (await connection.execute(statement)).all():
        found[row.product_id] = found.get(row.product_id, Decimal(0)) + row.quantity
    return found
