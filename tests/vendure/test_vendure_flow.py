"""A day in Vendure, end to end: real shop, real hub, simulated Exact."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from anyio.to_thread import run_sync
from sqlalchemy import select

from hub.sandbox.ledger import SalesOrder, Units
from hub.store.tables import message
from tests.flows.stage import Stage, add_channel, eventually, stage
from tests.vendure.api import STAFF
from tests.vendure.conftest import GOODS
from tests.vendure.shop import Shop
from tests.vendure.staff import total_of

SKU, OTHER = "ART-00001", "ART-00003"


@pytest.fixture
def shop(server: str) -> Iterator[Shop]:
    made = Shop(server)
    yield made
    made.close()


@pytest.fixture
async def acme(sqlite_url: str, shop: Shop) -> AsyncIterator[Stage]:
    """A wholesaler who sells in Vendure as well; stock stands there before the test begins."""
    async with stage(sqlite_url, goods=GOODS) as made:
        secrets = STAFF | {"channel_token": shop.token}
        settings: dict[str, Any] = {"reference_prefix": "V-", "default_carrier": "PostNL", "sweep_seconds": 0.5}
        await add_channel(made, "vendure", shop.url, secrets, "Webshop consumenten", **settings)
        for sku in (SKU, OTHER):
            await shows(shop, sku, published(made, sku))
        yield made


def published(acme: Stage, sku: str) -> int:
    """Return what the hub shows elsewhere: channels with the same rule show the same number."""
    woocommerce: Any = acme.sandbox.world.platforms["woocommerce"]
    shown: int = woocommerce.shown(sku)
    return shown


async def shows(shop: Shop, sku: str, quantity: int) -> None:
    """Wait until buyers in Vendure can order so many."""

    async def reached() -> bool:
        return await run_sync(shop.shown, sku) == quantity

    await eventually(reached)


def in_exact(acme: Stage, order_id: str) -> list[SalesOrder]:
    orders = acme.sandbox.world.ledger.sales_orders.values()
    return [order for order in orders if order.your_ref == f"V-{order_id}"]


async def test_a_sale_in_vendure_goes_to_exact_and_comes_back_as_a_parcel(acme: Stage, shop: Shop) -> None:
    before = published(acme, SKU)
    assert before > 3
    bought = await run_sync(shop.buy, [Units(SKU, 2), Units(OTHER, 1)])
    order = await acme.until_order(bought["id"], "forwarded")
    (stands,) = in_exact(acme, bought["id"])
    assert stands.total == total_of(bought)
    assert {each.sku: each.quantity for each in stands.units if each.sku in shop.variants} == {SKU: 2, OTHER: 1}

    await shows(shop, SKU, before - 2)
    await eventually(lambda: _now_published(acme, before - 2))

    await acme.control("deliver", order_id=order.sales_order_id, tracking="3SVENDURE0001", shipping_method="POSTNL")

    async def shipped() -> bool:
        found = await run_sync(shop.order, bought["id"])
        return bool(found["state"] == "Shipped")

    await eventually(shipped)
    (parcel,) = (await run_sync(shop.order, bought["id"]))["fulfillments"]
    assert (parcel["trackingCode"], sum(line["quantity"] for line in parcel["lines"])) == ("3SVENDURE0001", 3)
    assert len(in_exact(acme, bought["id"])) == 1
    await shows(shop, SKU, before - 2)


async def _now_published(acme: Stage, quantity: int) -> bool:
    return published(acme, SKU) == quantity


async def test_a_sale_elsewhere_and_goods_received_reach_vendure(acme: Stage, shop: Shop) -> None:
    before = published(acme, SKU)
    await acme.sell("woocommerce", lines=[{"sku": SKU, "quantity": 3}])
    await shows(shop, SKU, before - 3)
    await acme.control("receive", sku=SKU, quantity=10)
    await shows(shop, SKU, before + 7)


async def test_an_order_cancelled_in_vendure_gives_its_stock_back_everywhere(acme: Stage, shop: Shop) -> None:
    before = published(acme, SKU)
    await acme.configure("vendure", forwarding=False)
    bought = await run_sync(shop.buy, [Units(SKU, 2)])
    await acme.until_order(bought["id"], "waiting")
    await eventually(lambda: _now_published(acme, before - 2))
    await run_sync(shop.cancel_now, bought["id"])
    await acme.until_order(bought["id"], "cancelled")
    await eventually(lambda: _now_published(acme, before))
    await shows(shop, SKU, before)
    assert Decimal(0) == (await acme.ledger())["duplicates"]


async def test_a_sale_that_no_sweep_has_told_of_is_found_because_the_stock_moved(acme: Stage, shop: Shop) -> None:
    """Vendure sends no webhooks: the stock write sees the sale first, and has the order fetched before it goes on."""
    before = published(acme, SKU)
    await acme.configure("vendure", sweep_seconds=86400.0)
    mine = message.c.address == "channel/acme/vendure", message.c.kind == "channel.order.sweep"

    async def no_sweep_is_near() -> bool:
        near = acme.desk.clock.now() + timedelta(hours=1)
        waiting = await acme.rows(select(message.c.due_at).where(*mine))
        return bool(waiting) and all(one.due_at > near for one in waiting)

    await eventually(no_sweep_is_near)
    bought = await run_sync(shop.buy, [Units(SKU, 2)])
    await acme.control("receive", sku=SKU, quantity=10)
    await acme.until_order(bought["id"], "forwarded")
    await shows(shop, SKU, before + 8)
    assert await acme.events("stock.drift")
