"""Products in depth: kits on two channels, items that end and come back, two divisions, and a mass zero."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.actors.commands import CommandRefused
from hub.actors.desk import erp_address
from hub.actors.messages import ReadCatalogue
from hub.actors.runtime.mailbox import post
from hub.domain.channel import StockSource
from hub.domain.kit import KitBooking, KitSettings, Part
from hub.domain.stock import StockRule
from hub.domain.zero_guard import ZeroGuard
from hub.sandbox.control_exact import division_of
from hub.sandbox.exact.division import Division
from hub.store.engine import Work
from hub.store.tables import (
    claim,
    division,
    erp_item,
    listing,
    order_line_part,
    parcel,
    product,
    stock_reading,
    warehouse,
)
from tests.flows.stage import DIVISION, TENANT, Stage, eventually
from tests.flows.test_stock import BELGIUM, read_in_exact, shown_by_bol

MUG, TEA, SET = "ART-00001", "ART-00002", "ART-00003"
CHANNELS = ("bol", "woocommerce")


def books(acme: Stage, code: int = DIVISION) -> Division:
    return division_of(acme.sandbox, {"division": code})


async def product_id(acme: Stage, sku: str) -> str:
    found: str = (await acme.rows(select(product.c.product_id).where(product.c.code == sku)))[0].product_id
    return found


async def listed(acme: Stage, channel: str, sku: str) -> Any:
    rows = await acme.rows(select(listing).where(listing.c.channel_id == channel, listing.c.sku == sku))
    return rows[0]


async def until_shown(acme: Stage, channel: str, sku: str, quantity: int) -> Any:
    async def reached() -> Any:
        row = await listed(acme, channel, sku)
        return row if row.quantity == quantity else None

    return await eventually(reached)


async def make_kit(acme: Stage, own: str | None = None) -> None:
    """Sell two mugs and a tea as one offer, on both channels."""
    parts = [
        Part(await product_id(acme, MUG), Decimal(2), Decimal(3)),
        Part(await product_id(acme, TEA), Decimal(1), Decimal(1)),
    ]
    for channel in CHANNELS:
        one = await listed(acme, channel, SET)
        await acme.command(commands.map_listing, one.listing_id, own, parts)


async def stock(acme: Stage, sku: str, quantity: int) -> None:
    """Let so much of an article be free in Exact."""
    free = books(acme).free_of(books(acme).guid("item", sku))
    await acme.control("receive", sku=sku, quantity=str(quantity - free))


async def stock_the_kit(acme: Stage) -> None:
    await stock(acme, MUG, 11)
    await stock(acme, TEA, 7)
    for channel in CHANNELS:
        await until_shown(acme, channel, SET, 5)


async def sales_lines(acme: Stage, sales_order_id: str) -> list[tuple[str, int]]:
    rows = books(acme).table("salesorder/SalesOrderLines").of(sales_order_id)
    return [(row["ItemCode"], int(row["Quantity"])) for row in rows]


async def open_claims(acme: Stage) -> dict[str, Decimal]:
    rows = await acme.rows(
        select(product.c.code, claim.c.quantity)
        .join(claim, claim.c.product_id == product.c.product_id)
        .where(claim.c.released_at.is_(None))
    )
    return {row.code: row.quantity for row in rows}


async def until_read_again(acme: Stage) -> None:
    """Wait until a stock read has been stored to its end that began from now on."""
    begun = (await acme.rows(select(division.c.reads_begun).where(division.c.code == DIVISION)))[0].reads_begun

    async def reached() -> bool:
        rows = await acme.rows(select(division.c.reads_done).where(division.c.code == DIVISION))
        return bool(rows[0].reads_done > begun)

    await eventually(reached)


async def test_a_kit_sold_on_one_channel_lowers_it_on_the_other_and_stands_in_exact_as_its_parts(acme: Stage) -> None:
    await make_kit(acme)
    await stock_the_kit(acme)
    row = await listed(acme, "woocommerce", SET)
    assert {f"{MUG}: offers", f"{TEA}: offers"} <= {name for name, _ in row.terms}
    external_id = await acme.sell("bol", lines=[{"sku": SET, "quantity": 2}])
    await until_shown(acme, "woocommerce", SET, 3)
    order = await acme.until_order(external_id, "forwarded")
    lines = await sales_lines(acme, order.sales_order_id)
    assert lines == [(MUG, 4), (TEA, 2)]
    booked = books(acme).table("salesorder/SalesOrders").rows[order.sales_order_id]
    assert booked["AmountFC"] == order.total
    mugs, tea = [Decimal(one["net"]) + Decimal(one["vat"]) for one in order.derivation["entries"]]
    assert mugs + tea == order.total
    assert abs(mugs - tea * 6) < Decimal("0.07")

    async def released() -> bool:
        return not await open_claims(acme)

    await eventually(released)
    for channel in CHANNELS:
        await until_shown(acme, channel, SET, 3)


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_kit_is_told_as_shipped_once_all_of_its_parts_have_left(acme: Stage, channel: str) -> None:
    await make_kit(acme)
    await stock_the_kit(acme)
    external_id = await acme.sell(channel, lines=[{"sku": SET, "quantity": 1}])
    order = await acme.until_order(external_id, "forwarded")
    mugs, tea = [{"sku": MUG, "quantity": 2}], [{"sku": TEA, "quantity": 1}]
    await acme.control("deliver", order_id=order.sales_order_id, lines=mugs, tracking="3SMUGS00001")
    await acme.control("deliver", order_id=order.sales_order_id, lines=tea, tracking="3STEA000001")

    async def told() -> Any:
        rows = await acme.rows(select(parcel))
        return rows if [row.status for row in rows] == ["confirmed"] else None

    rows = await eventually(told)
    assert [(row.tracking, [count for _, count in row.units]) for row in rows] == [("3STEA000001", [1])]


async def test_a_kit_booked_as_its_own_item_claims_its_parts_until_it_has_left(acme: Stage) -> None:
    await acme.configure("bol", kits=KitSettings(KitBooking.OWN_ITEM))
    await make_kit(acme, await product_id(acme, SET))
    await stock_the_kit(acme)
    external_id = await acme.sell("bol", lines=[{"sku": SET, "quantity": 1}])
    order = await acme.until_order(external_id, "forwarded")
    assert await sales_lines(acme, order.sales_order_id) == [(SET, 1)]
    await until_read_again(acme)
    assert await open_claims(acme) == {MUG: Decimal(2), TEA: Decimal(1)}
    await until_shown(acme, "woocommerce", SET, 4)
    await acme.control("deliver", order_id=order.sales_order_id, tracking="3SKIT000001")
    await acme.control("receive", sku=MUG, quantity=-2)
    await acme.control("receive", sku=TEA, quantity=-1)

    async def released() -> bool:
        return not await open_claims(acme)

    await eventually(released)
    for channel in CHANNELS:
        await until_shown(acme, channel, SET, 4)


async def test_half_of_what_is_sold_whole_is_refused_when_it_is_saved(acme: Stage) -> None:
    one = await listed(acme, "bol", SET)
    part = Part(await product_id(acme, MUG), Decimal("0.5"))
    with pytest.raises(CommandRefused, match="whole units"):
        await acme.command(commands.map_listing, one.listing_id, None, [part])


async def test_an_item_that_may_be_sold_in_fractions_is_sold_in_whole_offers(acme: Stage) -> None:
    await change_item(acme, MUG, IsFractionAllowedItem=True)
    await acme.control("receive", sku=MUG, quantity="0.3")
    free = books(acme).free_of(books(acme).guid("item", MUG))
    one, part = await listed(acme, "bol", MUG), Part(await product_id(acme, MUG), Decimal("0.25"))

    async def allowed() -> bool:
        try:
            await acme.command(commands.map_listing, one.listing_id, None, [part])
        except CommandRefused:
            return False
        return True

    await eventually(allowed)
    await until_shown(acme, "bol", MUG, int(free * 4))
    order = await acme.until_order(await acme.sell("bol", lines=[{"sku": MUG, "quantity": 3}]), "forwarded")
    rows = books(acme).table("salesorder/SalesOrderLines").of(order.sales_order_id)
    assert [row["Quantity"] for row in rows] == [Decimal("0.75")]


async def change_item(acme: Stage, sku: str, code: int = DIVISION, **values: Any) -> None:
    """Change an item in Exact, and let the hub read its catalogue."""
    row = books(acme, code).table("logistics/Items").rows[books(acme, code).guid("item", sku)]
    row |= values
    books(acme, code).touch("logistics/Items", row)

    async def ask(work: Work) -> None:
        post(work, erp_address(TENANT, code), ReadCatalogue(tick=False))

    await acme.database.write(ask)


async def test_an_item_blocked_for_sales_stops_selling_with_the_reason_and_comes_back(acme: Stage) -> None:
    await eventually(lambda: settled(acme))
    before = (await listed(acme, "bol", MUG)).quantity
    await change_item(acme, MUG, IsSalesItem=False)
    for channel in CHANNELS:
        row = await until_shown(acme, channel, MUG, 0)
        assert ["stopped", f"the item is blocked for sales in division {DIVISION}"] in row.terms
    await change_item(acme, MUG, IsSalesItem=True)
    for channel in CHANNELS:
        await until_shown(acme, channel, MUG, before)


async def test_an_item_stops_selling_when_its_last_day_is_over_and_exact_says_nothing_more(acme: Stage) -> None:
    now, year = acme.desk.clock.now(), timedelta(days=365)
    await eventually(lambda: settled(acme))
    before = (await listed(acme, "bol", TEA)).quantity
    await change_item(acme, TEA, EndDate=now + year)

    async def known() -> bool:
        rows = await acme.rows(select(erp_item.c.ends_at).where(erp_item.c.ends_at.is_not(None)))
        return bool(rows)

    await eventually(known)
    assert (await listed(acme, "bol", TEA)).quantity == before
    await change_item(acme, TEA, EndDate=now - year)
    row = await until_shown(acme, "bol", TEA, 0)
    assert ["stopped", f"the item is ended in division {DIVISION}"] in row.terms
    await change_item(acme, TEA, EndDate=None)
    await until_shown(acme, "bol", TEA, before)


async def test_a_presale_ends_at_its_time_though_nothing_else_happens(acme: Stage) -> None:
    await eventually(lambda: settled(acme))
    one = await listed(acme, "woocommerce", TEA)
    await presell(acme, one.listing_id, acme.desk.clock.now() + timedelta(hours=1))
    await until_shown(acme, "woocommerce", TEA, 321)
    until = acme.desk.clock.now() + timedelta(seconds=3)
    await presell(acme, one.listing_id, until)
    await until_shown(acme, "woocommerce", TEA, one.quantity)
    assert acme.desk.clock.now() >= until


async def presell(acme: Stage, listing_id: str, until: datetime) -> None:
    rule = StockRule(presale=321, presale_until=until)
    await acme.command(commands.set_listing_rule, listing_id, rule)


async def connect_belgium(acme: Stage) -> None:
    connection = (await acme.rows(select(division.c.connection_id)))[0].connection_id
    await acme.command(commands.enable_division, connection, BELGIUM)

    async def read_there() -> bool:
        return bool(await acme.rows(select(stock_reading).where(stock_reading.c.division == BELGIUM)))

    await eventually(read_there)


async def test_over_two_divisions_an_order_lowers_the_sum_at_once_and_once(acme: Stage) -> None:
    await connect_belgium(acme)
    for channel in CHANNELS:
        await acme.configure(channel, sources=(StockSource(DIVISION), StockSource(BELGIUM)))

    async def unified() -> bool:
        return await shown_by_bol(acme) == await read_in_exact(acme)

    await eventually(unified)
    both = (await listed(acme, "bol", MUG)).quantity
    await until_shown(acme, "woocommerce", MUG, both)
    await acme.control("outage", platform="exact", on=True)
    external_id = await acme.sell("bol", lines=[{"sku": MUG, "quantity": 2}])
    await until_shown(acme, "woocommerce", MUG, both - 2)
    await acme.control("outage", platform="exact", on=False)
    await acme.until_order(external_id, "forwarded")

    async def released() -> bool:
        return not await open_claims(acme)

    await eventually(released)
    await eventually(unified)
    for channel in CHANNELS:
        await until_shown(acme, channel, MUG, both - 2)


async def test_stock_of_another_division_alone_is_refused_for_what_orders_take_would_never_be_seen(
    acme: Stage,
) -> None:
    await connect_belgium(acme)
    with pytest.raises(CommandRefused, match=f"Orders go to division {DIVISION}"):
        await acme.configure("bol", sources=(StockSource(BELGIUM),))


async def test_an_order_takes_goods_from_the_warehouse_that_the_channel_shows(acme: Stage) -> None:
    rows = await acme.rows(select(warehouse.c.warehouse_id).where(warehouse.c.code == "RTM"))
    rotterdam = rows[0].warehouse_id
    await acme.control("expect", channel="woocommerce", warehouses=["RTM"])
    await acme.control("receive", sku=MUG, quantity=9, warehouse="RTM")
    await acme.configure("woocommerce", sources=(StockSource(DIVISION, rotterdam),))
    free = free_at(acme, MUG, rotterdam)
    await until_shown(acme, "woocommerce", MUG, int(free))
    external_id = await acme.sell("woocommerce", lines=[{"sku": MUG, "quantity": 2}])
    await acme.until_order(external_id, "forwarded")

    async def released() -> bool:
        return not await open_claims(acme)

    await eventually(released)
    await until_shown(acme, "woocommerce", MUG, int(free) - 2)
    assert free_at(acme, MUG, rotterdam) == free - 2


def free_at(acme: Stage, sku: str, warehouse_id: str) -> Decimal:
    position = books(acme).position(books(acme).guid("item", sku), warehouse_id)
    found: Decimal = position["FreeStock"]
    return found


def empty_all(acme: Stage) -> None:
    """Let Exact say, from one moment to the next, that nothing is free of anything."""
    for row in list(books(acme).table("stock").rows.values()):
        free = row["CurrentStock"] - row["ReservedStock"]
        books(acme).move(row["ItemId"], row["Warehouse"], CurrentStock=-free)


async def shown(acme: Stage, channel: str) -> list[int | None]:
    rows = await acme.rows(select(listing.c.quantity).where(listing.c.channel_id == channel))
    return [row.quantity for row in rows]


async def settled(acme: Stage) -> list[int | None] | None:
    """Return what bol shows once it is known of every listing."""
    found = await shown(acme, "bol")
    return None if None in found else found


async def test_a_mass_zero_waits_for_a_person(acme: Stage) -> None:
    before = await eventually(lambda: settled(acme))
    empty_all(acme)

    async def told() -> bool:
        return {row.channel_id for row in await acme.events("stock.zeros_held")} == set(CHANNELS)

    await eventually(told)
    await until_read_again(acme)
    assert await shown(acme, "bol") == before
    await acme.command(commands.confirm_zeros, "bol")

    async def emptied() -> bool:
        return set(await shown(acme, "bol")) == {0}

    await eventually(emptied)
    assert any(await shown(acme, "woocommerce"))
    assert not await acme.rows(select(listing).where(listing.c.channel_id == "bol", listing.c.zero_due.is_not(None)))


async def test_a_mass_zero_that_was_a_mistake_is_forgotten_when_stock_is_back(acme: Stage) -> None:
    before = await eventually(lambda: settled(acme))
    kept = {row["ID"]: row["CurrentStock"] for row in books(acme).table("stock").rows.values()}
    empty_all(acme)
    await eventually(lambda: acme.events("stock.zeros_held"))
    for row in list(books(acme).table("stock").rows.values()):
        books(acme).move(row["ItemId"], row["Warehouse"], CurrentStock=kept[row["ID"]] - row["CurrentStock"])

    async def waits_for_nothing() -> bool:
        return not await acme.rows(select(listing).where(listing.c.zero_due.is_not(None)))

    await eventually(waits_for_nothing)
    assert await shown(acme, "bol") == before


async def test_a_mass_zero_goes_out_by_itself_when_its_time_is_up(acme: Stage) -> None:
    for channel in CHANNELS:
        await acme.configure(channel, zero_guard=ZeroGuard(minutes=0))
    empty_all(acme)

    async def emptied() -> bool:
        return {*await shown(acme, "bol"), *await shown(acme, "woocommerce")} == {0}

    await eventually(emptied)
    assert await acme.events("stock.zeros_held")


async def test_a_held_zero_that_a_buyer_takes_from_goes_out_at_once(acme: Stage) -> None:
    empty_all(acme)
    await eventually(lambda: acme.events("stock.zeros_held"))
    await acme.sell("bol", lines=[{"sku": MUG, "quantity": 1}])
    await until_shown(acme, "woocommerce", MUG, 0)
    assert any(await shown(acme, "woocommerce"))


async def test_the_parts_of_a_kit_are_kept_with_the_lines_that_they_became(acme: Stage) -> None:
    await make_kit(acme)
    await stock_the_kit(acme)
    order = await acme.until_order(await acme.sell("bol", lines=[{"sku": SET, "quantity": 1}]), "forwarded")
    rows = await acme.rows(select(order_line_part).order_by(order_line_part.c.place))
    held = books(acme).table("salesorder/SalesOrderLines").of(order.sales_order_id)
    assert [row.sales_order_line_id for row in rows] == [row["ID"] for row in held]
