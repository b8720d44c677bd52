"""Kits on two channels, and goods that are sold in parts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.actors.commands import CommandRefused
from hub.domain.kit import KitBooking, KitSettings, Part
from hub.store.tables import (
    order_line_part,
    parcel,
)
from tests.flows.goods import (
    CHANNELS,
    MUG,
    SET,
    TEA,
    books,
    change_item,
    listed,
    open_claims,
    product_id,
    until_read_again,
    until_shown,
)
from tests.flows.stage import Stage, eventually


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


async def test_the_parts_of_a_kit_are_kept_with_the_lines_that_they_became(acme: Stage) -> None:
    await make_kit(acme)
    await stock_the_kit(acme)
    order = await acme.until_order(await acme.sell("bol", lines=[{"sku": SET, "quantity": 1}]), "forwarded")
    rows = await acme.rows(select(order_line_part).order_by(order_line_part.c.place))
    held = books(acme).table("salesorder/SalesOrderLines").of(order.sales_order_id)
    assert [row.sales_order_line_id for row in rows] == [row["ID"] for row in held]
