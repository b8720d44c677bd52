"""Searching: the syntax of ``query``, what it warns of, and an index that is behind."""

from __future__ import annotations

from typing import Any

import pytest

from hub.sandbox.shopify.search import Search
from hub.sandbox.shopify.switches import Switches
from tests.sandbox.shopify_bench import A, B, C, ShopifyBench, shopify_bench

ORDERS = "query O($q: String) { orders(first: 20, query: $q, sortKey: UPDATED_AT) { nodes { id updatedAt } } }"
FIELDS = {"sku": lambda row: row["sku"], "tag": lambda row: row.get("tags", []), "size": lambda row: row.get("size")}


async def found(shop: ShopifyBench, query: str) -> list[str]:
    return [each["id"] for each in (await shop.data(ORDERS, q=query))["orders"]["nodes"]]


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("sku:A", True),
        ("sku:a", True),
        ("sku:B", False),
        ("-sku:B", True),
        ("NOT sku:A", False),
        ("sku:'A'", True),
        ('sku:"A" size:>=3', True),
        ("sku:A size:>3", False),
        ("sku:B OR sku:A", True),
        ("(sku:B OR sku:A) size:3", True),
        ("(sku:B OR sku:A) size:4", False),
        ("tag:x", True),
        ("tag:z", False),
        ("sku:A*", True),
        ("A", True),
        ("colour:red", True),
        ("", True),
    ],
)
def test_terms_alternatives_ranges_and_negations(query: str, fits: bool) -> None:
    row: dict[str, Any] = {"sku": "A", "tags": ["x", "y"], "size": 3}
    assert Search(query, FIELDS).matches(row) is fits


async def test_orders_are_found_by_name_status_sku_and_time() -> None:
    async with shopify_bench() as shop:
        first, second = await shop.sell((A, 1)), await shop.sell((B, 1), paid=False)
        name = (await shop.data("query N($id: ID!) { order(id: $id) { name } }", id=first))["order"]["name"]
        assert await found(shop, f"name:{name}") == [first]
        assert await found(shop, f"sku:{B}") == [second]
        assert await found(shop, "financial_status:pending fulfillment_status:unfulfilled") == [second]
        await shop.platform.cancel(second.rpartition("/")[2])
        assert await found(shop, "status:open") == [first]
        assert await found(shop, "status:cancelled") == [second]
        assert await found(shop, "updated_at:>='2020-01-01T00:00:00Z'") == [first, second]
        assert await found(shop, "updated_at:>='2120-01-01T00:00:00Z'") == []


async def test_an_unknown_filter_is_ignored_with_a_warning_beside_the_data() -> None:
    async with shopify_bench() as shop:
        order = await shop.sell((A, 1))
        told = await shop.ask(ORDERS, q=f"colour:red sku:{A}")
        assert [each["id"] for each in told["data"]["orders"]["nodes"]] == [order]
        [note] = told["extensions"]["search"]
        assert note["path"] == ["orders"]
        assert note["warnings"] == [
            {"field": "colour", "message": "Invalid search field for this query.", "code": "invalid_field"}
        ]
        assert "search" not in (await shop.ask(ORDERS, q=f"sku:{A}"))["extensions"]


async def test_a_time_without_quotes_ends_at_its_first_colon_and_the_rest_is_warned_of() -> None:
    async with shopify_bench() as shop:
        told = await shop.ask(ORDERS, q="updated_at:>=2026-09-25T02:45:22Z")
        assert [each["field"] for each in told["extensions"]["search"][0]["warnings"]] == ["45"]
        quoted = await shop.ask(ORDERS, q="updated_at:>='2026-09-25T02:45:22Z'")
        assert "search" not in quoted["extensions"]


async def test_the_index_learns_of_orders_and_their_changes_late_while_plain_lists_know_at_once() -> None:
    async with shopify_bench(Switches(starting_stock=True, search_lag=10)) as shop:
        order = await shop.sell((A, 1), paid=False)
        assert await found(shop, f"sku:{A}") == []
        assert await found(shop, "") == [order]
        shop.pass_time(11)
        changed = shop.world.clock.now()
        await shop.platform.pay(order.rpartition("/")[2])
        assert await found(shop, f"updated_at:>='{changed.isoformat()}'") == []
        shop.pass_time(11)
        assert await found(shop, f"updated_at:>='{changed.isoformat()}'") == [order]


async def test_variants_and_items_are_found_by_sku_several_at_a_time() -> None:
    query = """query V($q: String) { productVariants(first: 10, query: $q, sortKey: SKU) { nodes { sku } }
      inventoryItems(first: 10, query: $q) { nodes { sku } } productsCount(query: $q) { count precision } }"""
    async with shopify_bench() as shop:
        told = await shop.data(query, q=f"sku:{C} OR sku:{A}")
        assert [each["sku"] for each in told["productVariants"]["nodes"]] == [A, C]
        assert {each["sku"] for each in told["inventoryItems"]["nodes"]} == {A, C}
        assert told["productsCount"] == {"count": 2, "precision": "EXACT"}
