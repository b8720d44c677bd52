"""Statements about what channels show of listings, as far as the hub knows it: lost, seen, moved by sales."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, null, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.engine import Work
from hub.store.listings import change_listing, moved, seen_before
from hub.store.tables import listing, listing_part


async def quantities_at(connection: AsyncConnection, tenant_id: str, ids: Iterable[str]) -> dict[str, datetime | None]:
    """Return when the number of each listing was last published or found (UTC)."""
    own = (listing.c.tenant_id == tenant_id, listing.c.listing_id.in_(list(ids)))
    statement = select(listing.c.listing_id, listing.c.quantity_at).where(*own)
    return {row.listing_id: row.quantity_at for row in (await connection.execute(statement)).all()}


async def note_sending(work: Work, tenant_id: str, ids: Iterable[str]) -> None:
    """Forget what some listings show before new numbers are sent.

    An answer that gets lost, or a crash on the way, must not leave a number believed that was overwritten.
    """
    await work.execute(
        update(listing)
        .where(listing.c.tenant_id == tenant_id, listing.c.listing_id.in_(list(ids)))
        .values(quantity=None, believed=None, zero_due=None)
    )


async def note_again(work: Work, tenant_id: str, ids: Iterable[str]) -> None:
    """Note listings to be published again once the channel is done with the write before."""
    await work.execute(
        update(listing).where(listing.c.tenant_id == tenant_id, listing.c.listing_id.in_(list(ids))).values(again=True)
    )


async def note_found(work: Work, tenant_id: str, one: str, found: int, at: datetime) -> None:
    """Store what a channel really shows (offers) where it was not what the hub believed (UTC)."""
    await change_listing(work, tenant_id, one, {"quantity": found, "believed": found, "quantity_at": at})


async def note_shown(
    work: Work, tenant_id: str, one: str, believed: int | None, shown: int | None, at: datetime
) -> None:
    """Store what a channel showed ``at`` a moment (offers, UTC), unless something was written or sold since."""
    same = listing.c.believed.is_(None) if believed is None else listing.c.believed == believed
    unmoved = (same, listing.c.process_id.is_(None), seen_before(at))
    own = (listing.c.tenant_id == tenant_id, listing.c.listing_id == one)
    values = {"quantity": shown, "believed": shown, "quantity_at": at}
    await work.execute(update(listing).where(*own, *unmoved).values(values))


async def note_overtaken(work: Work, tenant_id: str, one: str) -> None:
    """Store that nobody waits for the end of an asynchronous write any more; what it shows stays unknown."""
    await change_listing(work, tenant_id, one, {"process_id": None, "again": False})


async def note_refused(work: Work, tenant_id: str, one: str, problem: str) -> None:
    """Store why the channel refuses a listing's stock; what it shows is unknown from here on."""
    unknown = {"quantity": None, "believed": None, "process_id": None, "again": False}
    await change_listing(work, tenant_id, one, unknown | {"status": "refused", "problem": problem})


@dataclass(frozen=True, slots=True)
class Sold:
    """What a new order took off the numbers of its channel: offers by product, at ``placed_at`` (UTC)."""

    offers: Mapping[str, int]
    placed_at: datetime


async def note_moved(
    work: Work, tenant_id: str, channel_id: str, product_ids: Iterable[str], sold: Sold | None = None
) -> None:
    """Forget what a channel shows of products whose number it moved itself.

    What it should show is still believed where the move is known; a number seen after the order was placed holds it.
    Of a write under way it is unknown then what will stand in the end.
    """
    products = list(product_ids)
    if not products:
        return
    part = listing_part.c
    kits = select(part.listing_id).where(part.tenant_id == tenant_id, part.product_id.in_(products))
    own = (
        listing.c.tenant_id == tenant_id,
        listing.c.channel_id == channel_id,
        listing.c.product_id.in_(products) | listing.c.listing_id.in_(kits),
    )
    believed = {"believed": _left(sold) if sold else null()}
    await work.execute(update(listing).where(*own).values(believed | moved()))


async def note_forgotten(work: Work, tenant_id: str, ids: Iterable[str]) -> None:
    """Forget what some listings show, and should show."""
    own = update(listing).where(listing.c.tenant_id == tenant_id, listing.c.listing_id.in_(list(ids)))
    await work.execute(own.values({"believed": None} | moved()))


def _left(sold: Sold) -> Any:
    """Return what should be left of each number after an order."""
    before = seen_before(sold.placed_at)
    taken = {product: case((before, offers), else_=0) for product, offers in sold.offers.items()}
    moved = ((listing.c.product_id == product, listing.c.believed - offers) for product, offers in taken.items())
    return case(*moved, else_=null()) if taken else null()
