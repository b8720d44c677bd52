"""Stock of two divisions, and of one warehouse."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select

from hub.actors import commands
from hub.actors.commands import CommandRefused
from hub.domain.channel import StockSource
from hub.store.tables import (
    division,
    stock_reading,
    warehouse,
)
from tests.flows.goods import CHANNELS, MUG, books, listed, open_claims, until_shown
from tests.flows.stage import DIVISION, Stage, eventually
from tests.flows.test_stock import BELGIUM, read_in_exact, shown_by_bol


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
