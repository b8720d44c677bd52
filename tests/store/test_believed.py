"""What a channel is believed to show after sales of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.matching import MappedBy, Match
from hub.store.engine import Database
from hub.store.listings import OfferedProduct, StoredListing, channel_listings, save_listings
from hub.store.shown import Sold, note_found, note_moved
from hub.store.tenants import Tenant

SEEN = datetime(2026, 11, 26, 12, tzinfo=UTC)


async def listed(database: Database) -> StoredListing:
    async with database.read() as connection:
        [found] = await channel_listings(connection, "acme", "shop")
    return found


async def shown(database: Database, quantity: int) -> StoredListing:
    """Return a listing that was seen to show a number."""
    offer = OfferedProduct("v1", "SKU-1", None, "One", {}, by_platform=False)
    await database.write(lambda work: save_listings(work, "acme", "shop", [offer], {"v1": Match("p1", MappedBy.SKU)}))
    one = (await listed(database)).listing_id
    await database.write(lambda work: note_found(work, "acme", one, quantity, SEEN))
    return await listed(database)


@pytest.mark.parametrize(("seconds", "left"), [(1, 7), (-1, 10)])
async def test_a_sale_lowers_what_was_seen_before_it_and_not_what_was_seen_after(
    database: Database, acme: Tenant, seconds: int, left: int
) -> None:
    assert (await shown(database, 10)).believed == 10
    sold = Sold({"p1": 3}, SEEN + timedelta(seconds=seconds))
    await database.write(lambda work: note_moved(work, "acme", "shop", {"p1"}, sold))
    found = await listed(database)
    assert (found.quantity, found.believed) == (None, left)


@pytest.mark.parametrize("sold", [None, Sold({}, SEEN), Sold({"other": 3}, SEEN)])
async def test_a_move_that_cannot_be_computed_leaves_nothing_believed(
    database: Database, acme: Tenant, sold: Sold | None
) -> None:
    await shown(database, 10)
    await database.write(lambda work: note_moved(work, "acme", "shop", {"p1"}, sold))
    assert (await listed(database)).believed is None


async def test_another_tenants_sale_moves_nothing(database: Database, acme: Tenant) -> None:
    await shown(database, 10)
    await database.write(lambda work: note_moved(work, "beta", "shop", {"p1"}, Sold({"p1": 3}, SEEN)))
    assert (await listed(database)).believed == 10
