"""Shopify within the whole sandbox: the control side, the report, and a shop that nobody was let into."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from hub.sandbox.app import Options, Sandbox, running
from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.shopify.apps import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.shopify.platform import ShopifyPlatform
from hub.sandbox.shopify.switches import Switches
from tests.sandbox.shopify_bench import A
from tests.sandbox.test_control_actions import Desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """A sandbox whose shop shows the opening stock already."""
    options = Options(
        speed=100,
        goods=6,
        platforms={
            "exact": ExactPlatform,
            "shopify": lambda world: ShopifyPlatform(world, Switches(starting_stock=True)),
        },
    )
    async with running(options) as sandbox, httpx2.AsyncClient(base_url=sandbox.options.base_url) as client:
        yield Desk(sandbox, client)


def shop_of(sandbox: Sandbox) -> ShopifyPlatform:
    found = sandbox.world.platforms["shopify"]
    assert isinstance(found, ShopifyPlatform)
    return found


async def connect(desk: Desk) -> str:
    form = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}
    told = (await desk.client.post("/shopify/admin/oauth/access_token", data=form)).json()
    return str(told["access_token"])


async def ask(desk: Desk, token: str, query: str, **variables: Any) -> Any:
    answer = await desk.client.post(
        "/shopify/admin/api/2026-10/graphql.json",
        json={"query": query, "variables": variables},
        headers={"X-Shopify-Access-Token": token},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_buyers_buy_and_people_change_refund_and_set_over_http(desk: Desk) -> None:
    number = await desk.sell("shopify", quantity=3, shipping=0, discount=0)
    await desk.do("edit-order", channel="shopify", id=number, sku=A, quantity=2)
    await desk.do("refund", channel="shopify", id=number, amount="1.50")
    await desk.do("set-shown", channel="shopify", sku=A, quantity=1)
    order = shop_of(desk.sandbox).shop.orders[int(number)]
    assert (order.lines[0].current, str(order.refunded)) == (2, "1.50")
    assert shop_of(desk.sandbox).shown(A) == 1
    await desk.do("settings", platform="shopify", taxes_included=False, gift_cards=1)
    assert shop_of(desk.sandbox).switches.gift_cards == 1


async def test_a_refund_lessens_the_sale_only_while_the_books_do_not_hold_the_order(desk: Desk) -> None:
    price = desk.sandbox.world.prices[A]
    early, late = [await desk.sell("shopify", quantity=2, shipping=0, discount=0) for _ in range(2)]
    await desk.forward(f"SHOP-{late}", float(2 * price), quantity=2)
    for number in (early, late):
        await desk.do("refund", channel="shopify", id=number, lines=[{"sku": A, "quantity": 1}])
    sales = desk.sandbox.world.ledger.sales
    assert [sales[("shopify", number)].total for number in (early, late)] == [price, 2 * price]


async def test_a_channel_that_cannot_is_not_asked(desk: Desk) -> None:
    refused = await desk.client.post("/_control/set-shown", json={"channel": "exact", "sku": A, "quantity": 1})
    assert refused.status_code == 400


async def test_a_shop_that_nobody_called_is_not_judged(desk: Desk) -> None:
    assert (await desk.report())["stock_converged"]
    await desk.do("set-shown", channel="shopify", sku=A, quantity=1)
    await connect(desk)
    report = await desk.report()
    assert not report["stock_converged"]
    assert [each["sku"] for each in report["channels"]["shopify"]["shown_mismatch"]] == [A]


async def test_a_parcel_that_shopify_was_told_of_is_confirmed_in_the_report(desk: Desk) -> None:
    number = await desk.sell("shopify", shipping=0, discount=0)
    await desk.forward(f"SHOP-{number}", float(desk.sandbox.world.prices[A]))
    await desk.do("deliver", your_ref=number, tracking="3SHUB1")
    assert (await desk.report())["tracking"]["missing"] == 1
    token = await connect(desk)
    query = "query F($id: ID!) { order(id: $id) { fulfillmentOrders(first: 1) { nodes { id } } } }"
    told = await ask(desk, token, query, id=f"gid://shopify/Order/{number}")
    [found] = told["data"]["order"]["fulfillmentOrders"]["nodes"]
    fulfil = "mutation C($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) { userErrors { message } } }"
    asked = {
        "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": found["id"]}],
        "trackingInfo": {"company": "PostNL", "numbers": ["3SHUB1", "3SHUB2"]},
    }
    await ask(desk, token, fulfil, f=asked)
    tracking = (await desk.report())["tracking"]
    assert (tracking["missing"], tracking["confirmed"], tracking["ids"]) == (0, 1, [f"shopify/{number}/3SHUB2"])
