"""What a channel is believed to show, while writes are under way and orders come in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hub.domain.matching import MappedBy, Match
from hub.domain.stock import Publication
from hub.store.engine import Database
from hub.store.listings import OfferedProduct, StoredListing, listings_by_id, save_listings
from hub.store.publishing import Written, note_accepted, note_published
from hub.store.shown import Sold, note_moved, note_sending
from hub.store.tables import listing

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
OFFERED = OfferedProduct("S", "S", None, "Sock", {}, by_platform=False)


class Shelf:
    """One listing of one channel."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.listing_id = ""

    async def fill(self) -> None:
        products = {"S": Match("product", MappedBy.SKU)}
        [self.listing_id] = await self.database.write(
            lambda work: save_listings(work, "acme", "amazon", [OFFERED], products)
        )

    async def read(self) -> StoredListing:
        async with self.database.read() as connection:
            [found] = await listings_by_id(connection, "acme", [self.listing_id])
        return found

    async def row(self) -> Any:
        async with self.database.read() as connection:
            return (await connection.execute(select(listing))).one()

    async def send(self, quantity: int, *, sold: bool) -> None:
        """Write a number that the channel takes its time for; perhaps an order comes in while the call lasts."""
        read = await self.read()
        await self.database.write(lambda work: note_sending(work, "acme", [self.listing_id]))
        if sold:
            await self.sell()
        made = Publication(quantity, ())
        await self.database.write(lambda work: note_published(work, "acme", [Written(read, made, NOON, "process")]))

    async def sell(self) -> None:
        sold = Sold({"product": 1}, NOON + timedelta(seconds=1))
        await self.database.write(lambda work: note_moved(work, "acme", "amazon", ["product"], sold))

    async def end(self, read: StoredListing) -> None:
        await self.database.write(lambda work: note_accepted(work, "acme", [read], NOON))


@pytest.fixture
async def shelf(database: Database) -> Shelf:
    made = Shelf(database)
    await made.fill()
    return made


async def test_a_write_that_ends_undisturbed_is_believed(shelf: Shelf) -> None:
    await shelf.send(7, sold=False)
    await shelf.end(await shelf.read())
    row = await shelf.row()
    assert (row.quantity, row.believed, row.process_id) == (7, 7, None)


@pytest.mark.parametrize("when", ["while it is sent", "while it is under way", "while its end is read"])
async def test_a_number_that_a_sale_moved_is_not_believed_whenever_the_order_comes_in(shelf: Shelf, when: str) -> None:
    """Else a number that the hub comes to want again by chance is never sent, and the channel shows another."""
    await shelf.send(7, sold=when == "while it is sent")
    if when == "while it is under way":
        await shelf.sell()
    read = await shelf.read()
    if when == "while its end is read":
        await shelf.sell()
    await shelf.end(read)
    row = await shelf.row()
    assert (row.quantity, row.process_id) == (None, None)
