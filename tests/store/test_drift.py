"""Differences are kept one per listing, closed once, and explained by orders that came in since the look."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, update

from hub.domain.drift import DriftCause, DriftState
from hub.domain.matching import MappedBy, Match
from hub.domain.money import Money
from hub.store.drift import (
    StoredDifference,
    ask_healing,
    begin_healing,
    close_differences,
    differences_of,
    lowered_by,
    save_differences,
    set_aside,
    settle_difference,
    sold_since,
    unseen_listings,
    unsettled,
)
from hub.store.engine import Database, Work
from hub.store.listings import OfferedProduct, listings_by_id, save_listings
from hub.store.shown import note_shown
from hub.store.tables import listing, order_line, orders
from hub.store.views.drift import DriftFilter, list_differences, money_at_risk
from tests.api.house import House, line_row, order_row

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PRICE = Money(Decimal("9.95"), "EUR")
SOCK = OfferedProduct("S", "S", None, "Sock", {}, by_platform=False, price=PRICE)
SHOE = OfferedProduct("T", "T", None, "Shoe", {}, by_platform=False)
MATCHES = {"S": Match("sock", MappedBy.SKU), "T": Match("shoe", MappedBy.SKU)}


async def shelve(database: Database, *offers: OfferedProduct, at: datetime = NOON) -> list[str]:
    return await database.write(lambda work: save_listings(work, "acme", "shop", list(offers), MATCHES, at))


def difference(listing_id: str, **values: Any) -> StoredDifference:
    usual = StoredDifference(
        listing_id=listing_id,
        channel_id="shop",
        cause=DriftCause.UNKNOWN_SALE,
        state=DriftState.OPEN,
        settled=False,
        says=7,
        believed=7,
        shown=5,
        units=-2,
        since=NOON - HOUR,
        found_at=NOON,
        looked_at=NOON,
        price=PRICE,
        amount=Money(Decimal("19.90"), "EUR"),
    )
    return replace(usual, **values)


async def test_a_difference_is_kept_as_it_is_and_closed_once(database: Database) -> None:
    [sock] = await shelve(database, SOCK)
    one = difference(sock)
    await database.write(lambda work: save_differences(work, "acme", [one]))
    async with database.read() as connection:
        assert await differences_of(connection, "acme", [sock]) == {sock: one}
        assert [found.drifts for found in await listings_by_id(connection, "acme", [sock])] == [True]
        assert [each.external_id for each in await unsettled(connection, "acme", "shop")] == ["S"]
        assert await differences_of(connection, "globex", [sock]) == {}
    assert await database.write(lambda work: close_differences(work, "globex", [sock], NOON)) == []
    closed = await database.write(lambda work: close_differences(work, "acme", [sock], NOON + HOUR))
    assert [(each.state, each.healed_at) for each in closed] == [(DriftState.HEALED, NOON + HOUR)]
    assert await database.write(lambda work: close_differences(work, "acme", [sock], NOON + 2 * HOUR)) == []
    async with database.read() as connection:
        assert [found.drifts for found in await listings_by_id(connection, "acme", [sock])] == [False]


async def test_a_persons_word_and_a_settled_cause_are_stored(database: Database) -> None:
    [sock] = await shelve(database, SOCK)
    await database.write(lambda work: save_differences(work, "acme", [difference(sock)]))

    async def stored() -> StoredDifference:
        async with database.read() as connection:
            return (await differences_of(connection, "acme", [sock]))[sock]

    await database.write(lambda work: settle_difference(work, "acme", sock, DriftCause.CHANGED_BY_HAND))
    assert (await stored()).cause is DriftCause.CHANGED_BY_HAND
    await database.write(lambda work: begin_healing(work, "acme", sock))
    assert ((await stored()).state, (await stored()).tries) == (DriftState.HEALING, 1)
    await database.write(lambda work: ask_healing(work, "acme", sock))
    assert ((await stored()).asked, (await stored()).tries) == (True, 0)
    await database.write(lambda work: set_aside(work, "acme", sock))
    assert ((await stored()).state, (await stored()).asked) == (DriftState.ASIDE, False)


async def test_what_a_write_ended_meanwhile_is_not_healed_again(database: Database) -> None:
    [sock] = await shelve(database, SOCK)
    await database.write(lambda work: save_differences(work, "acme", [difference(sock)]))
    assert await database.write(lambda work: begin_healing(work, "acme", sock))
    await database.write(lambda work: close_differences(work, "acme", [sock], NOON))
    assert not await database.write(lambda work: begin_healing(work, "acme", sock))
    async with database.read() as connection:
        found = (await differences_of(connection, "acme", [sock]))[sock]
    assert (found.state, found.tries) == (DriftState.HEALED, 1)


async def test_orders_that_came_in_since_the_look_tell_what_was_sold(database: Database) -> None:
    house = House("acme")

    async def sell(work: Work) -> None:
        for name, imported_at in (("early", NOON - HOUR), ("first", NOON), ("second", NOON + HOUR)):
            row = order_row(house, name, placed_at=imported_at, imported_at=imported_at)
            await work.execute(insert(orders).values(tenant_id="acme", **row))
            line = line_row(house, name, external_listing_id=None if name == "second" else "S")
            await work.execute(insert(order_line).values(tenant_id="acme", **line))

    await database.write(sell)
    async with database.read() as connection:
        found = await sold_since(connection, "acme", "shop", NOON)
        assert await sold_since(connection, "globex", "shop", NOON) == {}
    assert found == {("listing", "S"): [(NOON, 2)], ("sku", "MUG"): [(NOON + HOUR, 2)]}


async def test_an_order_lowered_only_numbers_that_are_older_than_it(database: Database) -> None:
    [sock] = await shelve(database, SOCK)
    house = House("acme")

    async def sell(work: Work) -> None:
        await work.execute(insert(orders).values(tenant_id="acme", **order_row(house, "1")))
        await work.execute(insert(order_line).values(tenant_id="acme", **line_row(house, "1", external_listing_id="S")))

    async def lowered(believed: int | None, quantity_at: datetime | None) -> dict[str, int]:
        values = {"believed": believed, "quantity_at": quantity_at}
        await database.write(lambda work: work.execute(update(listing).values(values)))
        async with database.read() as connection:
            return await lowered_by(connection, "acme", "shop", house.key("1"), NOON)

    await database.write(sell)
    assert await lowered(7, None) == {sock: 2}
    assert await lowered(7, NOON - HOUR) == {sock: 2}
    assert await lowered(7, NOON) == {}
    assert await lowered(None, NOON - HOUR) == {}


async def test_what_a_round_did_not_meet_is_missing_and_a_page_stores_only_news(database: Database) -> None:
    sock, shoe = await shelve(database, SOCK, SHOE, at=NOON - HOUR)
    assert await shelve(database, SOCK) == []
    async with database.read() as connection:
        assert await unseen_listings(connection, "acme", "shop", NOON) == ([shoe], 2)
        stored = {one.listing_id: one for one in await listings_by_id(connection, "acme", [sock, shoe])}
    assert (stored[sock].listed_at, stored[shoe].listed_at) == (NOON, NOON - HOUR)
    assert (stored[sock].price, stored[shoe].price) == (PRICE, None)


async def test_what_was_shown_is_not_believed_where_something_was_written_since(database: Database) -> None:
    [sock] = await shelve(database, SOCK)

    async def believed(number: int, at: datetime) -> None:
        own = update(listing).where(listing.c.tenant_id == "acme")
        await database.write(lambda work: work.execute(own.values(quantity=number, believed=number, quantity_at=at)))

    async def shown() -> int | None:
        await database.write(lambda work: note_shown(work, "acme", sock, 7, 5, NOON))
        async with database.read() as connection:
            return (await listings_by_id(connection, "acme", [sock]))[0].believed

    await believed(7, NOON + HOUR)
    assert await shown() == 7
    await believed(6, NOON - HOUR)
    assert await shown() == 6
    await believed(7, NOON - HOUR)
    assert await shown() == 5


async def test_money_at_risk_adds_up_by_cause_currency_and_direction(database: Database) -> None:
    over = {"units": 3, "amount": Money(Decimal("29.85"), "EUR"), "cause": DriftCause.CHANGED_BY_HAND}
    rows = [
        difference("a"),
        difference("b"),
        difference("c", **over),
        difference("d", price=None, amount=None),
        difference("e", state=DriftState.HEALED, healed_at=NOON),
    ]
    await database.write(lambda work: save_differences(work, "acme", rows))
    async with database.read() as connection:
        found = await money_at_risk(connection, "acme", DriftFilter())
        assert await money_at_risk(connection, "globex", DriftFilter()) == []
        old = (await connection.execute(list_differences("acme", DriftFilter(since_before=NOON - HOUR)))).all()
    sums = {(each.cause, each.currency): each for each in found}
    assert sums[(DriftCause.UNKNOWN_SALE, "EUR")].unsellable == Decimal("39.80")
    assert sums[(DriftCause.UNKNOWN_SALE, "EUR")].unsellable_units == 4
    assert sums[(DriftCause.UNKNOWN_SALE, None)].unsellable_units == 2
    assert sums[(DriftCause.CHANGED_BY_HAND, "EUR")].oversellable == Decimal("29.85")
    assert old == []
