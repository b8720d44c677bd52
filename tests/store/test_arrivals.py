"""Whatever the order in which news of an order arrives, it ends in the same state with the same claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any, cast

import pytest
from sqlalchemy import insert, select, update

from hub.actors import commands
from hub.actors.channel.order_book import OrderBook
from hub.actors.channel.scene import Scene
from hub.actors.desk import Desk, Teller, channel_address
from hub.adapters.port import Channel
from hub.domain.channel import ChannelSettings, ChannelStatus
from hub.domain.delivery import ShippedUnits
from hub.domain.order import ChannelOrder, FulfilledBy, OrderLine, PaymentState
from hub.domain.platform import Platform
from hub.domain.tenant import Principal, Role
from hub.store.channels import StoredChannel, insert_channel, load_channel
from hub.store.engine import Database, Work
from hub.store.orders import change_order, load_order, order_id
from hub.store.secrets import Vault
from hub.store.sold import sold_to_json
from hub.store.tables import cancellation, channel, claim, listing, message, order_line, orders, product, sync_event
from hub.store.tenants import Tenant

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WHO = Principal("acme", Role.ADMIN, "test")


@dataclass(frozen=True)
class Silent:
    """As much of a channel as an order book looks at: whether it sends webhooks."""

    hook_topics: tuple[str, ...] = ("orders",)
    queue: str | None = None


@dataclass(frozen=True)
class Shop:
    """A shop whose news are applied in any order."""

    database: Database
    scene: Scene

    async def apply(self, fetched: ChannelOrder, *, swept: bool = False) -> None:
        await self.database.write(lambda work: OrderBook(self.scene).apply(work, fetched, swept=swept))

    async def give_up(self, order: str, units: Sequence[ShippedUnits] | None = None) -> None:
        await self.database.write(lambda work: commands.cancel_order(work, WHO, NOON, order, units))

    async def rows(self, statement: Any) -> list[Any]:
        async with self.database.read() as connection:
            return list((await connection.execute(statement)).all())

    async def state(self, external_id: str) -> tuple[object, ...]:
        """Return how an order ended: its state, what is wanted of it, and what is promised for it."""
        one = order_id("acme", "shop", external_id)
        async with self.database.read() as connection:
            order = await load_order(connection, "acme", one)
        assert order is not None
        claims = await self.rows(
            select(claim.c.line_id, claim.c.product_id, claim.c.quantity).where(
                claim.c.order_id == one, claim.c.released_at.is_(None), claim.c.quantity > Decimal(0)
            )
        )
        lines = sorted((line.line_id, line.quantity, line.cancelled) for line in order.lines)
        return order.status.value, order.payment, lines, sorted((*row[:2], int(row.quantity)) for row in claims)


@pytest.fixture
async def shop(database: Database, acme: Tenant, vault: Vault) -> Shop:
    """A connected shop with two articles."""
    settings = ChannelSettings(division=1, forwarding=True)
    stored = StoredChannel(
        "acme", "shop", Platform.WOOCOMMERCE, "Shop", "https://shop.test", ChannelStatus.ACTIVE, settings, b"", None
    )

    async def fill(work: Work) -> None:
        await insert_channel(work, stored, NOON)
        for sku in ("A", "B"):
            row = {"tenant_id": "acme", "product_id": sku, "code": sku, "description": sku}
            await work.execute(insert(product).values(row))
            offer: dict[str, Any] = {
                "tenant_id": "acme", "listing_id": sku, "channel_id": "shop", "external_id": sku, "product_id": sku,
                "sku": sku, "title": sku, "refs": {}, "by_platform": False, "status": "mapped",
            }  # fmt: skip
            await work.execute(insert(listing).values(offer))

    await database.write(fill)
    async with database.read() as connection:
        known = await load_channel(connection, "acme", "shop")
    assert known is not None
    desk = Desk(database, database.clock, vault)
    teller = Teller(channel_address("acme", "shop"), database.clock)
    return Shop(database, Scene(desk, cast(Channel, Silent()), known, teller))


def line(sku: str, quantity: int, cancelled: int = 0) -> OrderLine:
    return OrderLine(sku, sku, None, sku, quantity, Decimal(10 * quantity), cancelled=cancelled)


def story(external_id: str) -> list[ChannelOrder]:
    """Return what a shop tells of one order, in the order in which it happened."""
    placed = ChannelOrder(
        external_id, external_id, NOON, NOON, "EUR", Decimal(20), PaymentState.PENDING, FulfilledBy.SELLER,
        (line("A", 2),), buyer=None,
    )  # fmt: skip
    paid = replace(placed, payment=PaymentState.PAID)
    edited = replace(paid, lines=(line("A", 3), line("B", 1)), total=Decimal(40))
    fewer = replace(edited, lines=(line("A", 3, cancelled=1), line("B", 1)))
    told = (placed, paid, edited, fewer)
    return [replace(one, changed_at=NOON + timedelta(minutes=place)) for place, one in enumerate(told)]


END = ("ready", "paid", [("A", 3, 1), ("B", 1, 0)], [("A", "A", 2), ("B", "B", 1)])


def shuffled(external_id: str, order: Sequence[int]) -> list[ChannelOrder]:
    told = story(external_id)
    return [told[place] for place in order]


async def test_news_in_any_order_ends_in_the_same_state(shop: Shop) -> None:
    for order in permutations(range(4)):
        external_id = "o" + "".join(map(str, order))
        for one in shuffled(external_id, order):
            await shop.apply(one)
            await shop.apply(one)
        assert await shop.state(external_id) == END, order


async def test_an_order_that_the_seller_gave_up_stays_so_whatever_is_told_before_or_after(shop: Shop) -> None:
    for place, order in enumerate(permutations(range(4))):
        external_id, when = "s" + "".join(map(str, order)), 1 + place % 4
        told = shuffled(external_id, order)
        for one in told[:when]:
            await shop.apply(one)
        key = order_id("acme", "shop", external_id)
        await shop.give_up(key)
        for one in told[when:]:
            await shop.apply(one)
        status, _, _, claims = await shop.state(external_id)
        assert (status, claims) == ("cancelled", []), (order, when)
    states = await shop.rows(select(cancellation.c.state))
    assert {row.state for row in states} == {"telling"}
    assert len(states) == 24


async def test_units_that_the_seller_gave_up_are_off_though_the_channel_says_nothing(shop: Shop) -> None:
    await shop.apply(story("1")[2])
    key = order_id("acme", "shop", "1")
    units = [ShippedUnits("A", 2)]
    await shop.give_up(key, units)
    ready = ("ready", "paid", [("A", 3, 2), ("B", 1, 0)], [("A", "A", 1), ("B", "B", 1)])
    assert await shop.state("1") == ready
    await shop.apply(story("1")[3])
    assert await shop.state("1") == ready


async def test_a_line_that_is_taken_off_is_promised_no_more(shop: Shop) -> None:
    told = story("1")[2]
    await shop.apply(told)
    await shop.apply(replace(told, lines=(line("B", 1),), changed_at=NOON + timedelta(minutes=9)))
    assert (await shop.state("1"))[3] == [("B", "B", 1)]


async def test_an_order_from_before_the_shop_was_connected_is_not_taken_in(shop: Shop) -> None:
    old = replace(story("old")[1], placed_at=NOON - timedelta(days=3))
    await shop.apply(old)
    recent = replace(story("recent")[1], placed_at=NOON - timedelta(days=1))
    await shop.apply(recent)
    async with shop.database.read() as connection:
        assert await load_order(connection, "acme", order_id("acme", "shop", "old")) is None
    assert (await shop.state("recent"))[0] == "ready"
    (row,) = await shop.rows(select(channel.c.too_old))
    assert row.too_old == 1


async def test_what_only_the_sweep_found_is_counted_and_told_once(shop: Shop) -> None:
    await shop.apply(story("1")[0], swept=True)
    await shop.apply(story("1")[1], swept=True)
    await shop.apply(story("2")[0])
    (row,) = await shop.rows(select(channel.c.swept_only))
    assert row.swept_only == 1
    assert len(await shop.rows(select(sync_event).where(sync_event.c.kind == "order.swept"))) == 1


async def test_an_order_that_comes_after_its_deadline_is_told_and_goes_on(shop: Shop) -> None:
    await shop.apply(replace(story("1")[1], ship_by=NOON))
    assert (await shop.state("1"))[0] == "ready"
    (event,) = await shop.rows(select(sync_event).where(sync_event.c.kind == "order.late"))
    assert event.level == "warning"


async def test_a_payment_that_comes_to_nothing_ends_an_order(shop: Shop) -> None:
    placed, paid, *_ = story("1")
    await shop.apply(placed)
    await shop.apply(replace(paid, payment=PaymentState.VOIDED))
    assert (await shop.state("1"))[::3] == ("cancelled", [])
    await shop.apply(replace(paid, changed_at=NOON + timedelta(minutes=5)))
    assert (await shop.state("1"))[0] == "ready"


async def test_goods_sent_by_hand_before_exact_had_the_order_are_told(shop: Shop) -> None:
    await shop.apply(replace(story("1")[1], lines=(replace(line("A", 2), shipped=2),)))
    (event,) = await shop.rows(select(sync_event).where(sync_event.c.kind == "order.shipped_by_hand"))
    assert event.level == "warning"


async def forward(shop: Shop, external_id: str) -> None:
    """Let an order stand in Exact as it is."""
    one = order_id("acme", "shop", external_id)

    async def write(work: Work) -> None:
        order = await load_order(work.connection, "acme", one)
        assert order is not None
        sold = sold_to_json(order.as_sold())
        await change_order(work, "acme", one, status="forwarded", sold=sold, sales_order_id="so", division=1)
        await work.execute(update(order_line).values(sales_order_line_id="so-line"))

    await shop.database.write(write)


async def test_a_line_that_is_taken_off_after_forwarding_is_proposed_as_a_cancellation_once(shop: Shop) -> None:
    told = story("1")[2]
    await shop.apply(told)
    await forward(shop, "1")
    fewer = replace(told, lines=(line("A", 3),), total=Decimal(30), changed_at=NOON + timedelta(minutes=9))
    for _ in range(2):
        await shop.apply(fewer)
    (asked,) = await shop.rows(select(cancellation.c.units, cancellation.c.state))
    assert (asked.units[0][:2], asked.state) == (["B", 1], "proposed")
    assert (await shop.state("1"))[3] == [("A", "A", 3), ("B", "B", 1)]
    await shop.apply(replace(told, changed_at=NOON + timedelta(minutes=10)))
    (asked,) = await shop.rows(select(cancellation.c.state))
    assert asked.state == "withdrawn"


async def test_an_offer_at_another_price_after_forwarding_waits_for_a_person(shop: Shop) -> None:
    told = story("1")[1]
    await shop.apply(told)
    await forward(shop, "1")
    cheaper = replace(line("A", 2), gross=Decimal(15))
    await shop.apply(replace(told, lines=(cheaper,), total=Decimal(15), changed_at=NOON + timedelta(minutes=9)))
    (row,) = await shop.rows(select(orders.c.hold_cause, orders.c.hold_detail))
    assert row.hold_cause == "order_edited"
    assert row.hold_detail["lines"][0]["after"] == {"quantity": 2, "gross": "15.00"}
    assert not await shop.rows(select(cancellation))


async def test_an_order_that_came_and_went_before_it_was_seen_has_its_articles_published_anew(shop: Shop) -> None:
    """The shop lowered and raised its number around a write of ours perhaps, so what it shows is not known."""
    await shop.database.write(lambda work: work.execute(update(listing).values(quantity=5, believed=5, sent=5)))
    await shop.apply(replace(story("1")[0], cancelled=True))
    (moved,) = await shop.rows(select(listing).where(listing.c.sku == "A"))
    assert (moved.quantity, moved.believed) == (None, None)
    (other,) = await shop.rows(select(listing).where(listing.c.sku == "B"))
    assert other.quantity == 5
    posted = await shop.rows(select(message.c.kind, message.c.body).where(message.c.lane == "stock"))
    assert [(row.kind, row.body["listing_id"]) for row in posted] == [("channel.stock.publish", "A")]


async def test_an_order_of_the_platforms_own_stock_moves_nothing(shop: Shop) -> None:
    await shop.database.write(lambda work: work.execute(update(listing).values(quantity=5)))
    await shop.apply(replace(story("1")[0], fulfilled_by=FulfilledBy.PLATFORM))
    assert {row.quantity for row in await shop.rows(select(listing))} == {5}


async def test_an_order_read_as_forwarding_is_switched_on_does_not_wait_for_that(shop: Shop) -> None:
    """Who switches it on forwards what waits by then, so what is stored after that must not wait."""
    known = shop.scene.stored
    before = replace(known, settings=replace(known.settings, forwarding=False))
    paid = next(one for one in story("1") if one.payment is PaymentState.PAID and not one.cancelled)
    await replace(shop, scene=replace(shop.scene, stored=before)).apply(paid)
    assert (await shop.state("1"))[0] == "ready"
    assert [row.kind for row in await shop.rows(select(message.c.kind)) if "orward" in row.kind]
