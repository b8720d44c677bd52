"""What one app may ask: the bucket of points, the price of one query, the size of inputs and lists."""

from __future__ import annotations

import pytest

from hub.sandbox.shopify.switches import Switches
from tests.sandbox.shopify_bench import SET, A, shopify_bench

SLOW = 0.01
"""A pace at which next to nothing comes back while a test runs."""
SMALL = "{ shop { name } }"
DEAR = """{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { product { variants(first: 250) { nodes {
  inventoryItem { id } } } } } } } } }"""
PAGE = """query P($after: String) { productVariants(first: 4, after: $after, sortKey: SKU) {
  nodes { sku } pageInfo { hasNextPage endCursor } } }"""
DELETE = """mutation { webhookSubscriptionDelete(id: "gid://shopify/WebhookSubscription/1") {
  userErrors { message } } }"""


async def test_each_answer_tells_its_cost_and_what_is_left() -> None:
    async with shopify_bench(speed=SLOW) as shop:
        cost = (await shop.ask(SMALL))["extensions"]["cost"]
        assert cost["requestedQueryCost"] == cost["actualQueryCost"] == 1
        assert cost["throttleStatus"] == {"maximumAvailable": 2000, "currentlyAvailable": 1999, "restoreRate": 1}


async def test_what_a_query_did_not_use_comes_back() -> None:
    async with shopify_bench(speed=SLOW) as shop:
        query = "{ orders(first: 250) { nodes { lineItems(first: 50) { nodes { id } } } } }"
        cost = (await shop.ask(query))["extensions"]["cost"]
        assert cost["requestedQueryCost"] == 2 + 8 * (1 + 2 + 6)
        assert cost["actualQueryCost"] == 2
        assert cost["throttleStatus"]["currentlyAvailable"] == 1998


async def test_an_empty_bucket_answers_200_without_data_and_tells_how_long_to_wait() -> None:
    async with shopify_bench(speed=SLOW) as shop:
        shop.platform.door.throttle.reserve(1995)
        told = await shop.ask(DELETE)
        assert "data" not in told
        assert told["errors"][0]["extensions"]["code"] == "THROTTLED"
        cost = told["extensions"]["cost"]
        assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (10, None)
        missing = cost["requestedQueryCost"] - cost["throttleStatus"]["currentlyAvailable"]
        shop.pass_time(missing / cost["throttleStatus"]["restoreRate"])
        assert "data" in await shop.ask(DELETE)


async def test_a_throttled_request_is_sometimes_refused_by_http_429() -> None:
    async with shopify_bench(speed=SLOW) as shop:
        shop.platform.door.throttle.reserve(2000)
        shop.switches.refuse_hard = 1
        refused = await shop.post(SMALL)
        assert refused.status_code == 429
        assert float(refused.headers["Retry-After"]) > 0


@pytest.mark.parametrize(("plan", "speed", "rate"), [("standard", 1, 100), ("plus", 1, 1000), ("standard", 50, 5000)])
async def test_the_plan_and_the_speed_of_the_sandbox_say_how_fast_points_come_back(
    plan: str, speed: float, rate: int
) -> None:
    async with shopify_bench(Switches(plan=plan), speed=speed) as shop:
        status = (await shop.ask(SMALL))["extensions"]["cost"]["throttleStatus"]
        assert status["restoreRate"] == rate


async def test_a_query_above_a_thousand_points_is_not_run() -> None:
    async with shopify_bench() as shop:
        told = await shop.ask(DEAR)
        assert told["errors"][0]["extensions"]["code"] == "MAX_COST_EXCEEDED"
        assert told["errors"][0]["extensions"]["maxCost"] == 1000
        assert "data" not in told


async def test_more_than_250_rows_are_refused_before_anything_happens() -> None:
    async with shopify_bench() as shop:
        before = shop.platform.shown(A)
        asked = {"name": "available", "reason": "correction", "quantities": [shop.row(A, 1)] * 251}
        told = await shop.ask(SET, input=asked, key="k")
        [error] = told["errors"]
        assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
        assert error["path"] == ["inventorySetQuantities", "input", "quantities"]
        assert shop.platform.shown(A) == before


@pytest.mark.parametrize("arguments", ["", "(first: 251)"])
async def test_a_list_needs_a_page_size_of_at_most_250(arguments: str) -> None:
    async with shopify_bench() as shop:
        told = await shop.ask(f"{{ locations{arguments} {{ nodes {{ id }} }} }}")
        assert told["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_pages_follow_each_other_until_the_limit_of_pagination() -> None:
    async with shopify_bench() as shop:
        found: list[str] = []
        after = None
        while True:
            page = (await shop.data(PAGE, after=after))["productVariants"]
            found += [each["sku"] for each in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert found == sorted(shop.platform.listed())
        shop.switches.pagination_limit = 4
        page = (await shop.data(PAGE))["productVariants"]
        assert not page["pageInfo"]["hasNextPage"]
        assert (await shop.data(PAGE, after=page["pageInfo"]["endCursor"]))["productVariants"]["nodes"] == []


async def test_injected_throttling_is_as_shopify_throttles() -> None:
    async with shopify_bench() as shop:
        seen = {shop.platform.throttled("/admin/api/2026-10/graphql.json").status_code for _ in range(50)}
        assert seen == {200, 429}
        assert shop.platform.throttled("/admin/oauth/access_token").status_code == 429
        assert shop.platform.spared("/admin/oauth/access_token")
        assert not shop.platform.spared("/admin/api/2026-10/graphql.json")
