"""Inventory: compare and set, once per key, whole batches or nothing; what is committed is not available."""

from __future__ import annotations

import pytest

from hub.sandbox.shopify.switches import Switches
from tests.sandbox.shopify_bench import SET, A, B, C, ShopifyBench, shopify_bench

LEVELS = """query L($id: ID!) { inventoryItem(id: $id) { sku duplicateSkuCount variants(first: 1) { nodes { sku } }
  inventoryLevels(first: 5) { nodes { location { id }
  quantities(names: ["available", "on_hand", "committed"]) { name quantity updatedAt } } } } }"""


async def levels(shop: ShopifyBench, sku: str, place: int = 0) -> dict[str, int]:
    found = (await shop.data(LEVELS, id=shop.item(sku)))["inventoryItem"]["inventoryLevels"]["nodes"]
    [level] = [each for each in found if each["location"]["id"] == shop.place(place)]
    return {each["name"]: each["quantity"] for each in level["quantities"]}


async def test_setting_is_absolute_and_noted_as_shown_by_the_hub() -> None:
    async with shopify_bench() as shop:
        done = await shop.set(shop.row(A, 7), shop.row(B, 0), referenceDocumentUri="hub://batch/1")
        assert done["userErrors"] == []
        assert (shop.platform.shown(A), shop.platform.shown(B)) == (7, 0)
        noted = [(note.sku, note.quantity, note.by) for note in shop.world.ledger.shown[-2:]]
        assert noted == [(A, 7, "hub"), (B, 0, "hub")]


async def test_no_difference_is_success_without_a_group() -> None:
    async with shopify_bench() as shop:
        await shop.set(shop.row(A, 7))
        assert await shop.set(shop.row(A, 7, 7), key="again") == {"inventoryAdjustmentGroup": None, "userErrors": []}


async def test_a_stale_comparison_anywhere_rejects_the_whole_batch() -> None:
    async with shopify_bench() as shop:
        before = shop.platform.shown(A), shop.platform.shown(B)
        done = await shop.set(shop.row(A, 1), shop.row(B, 2, before[1] + 1))
        assert done["inventoryAdjustmentGroup"] is None
        [error] = done["userErrors"]
        assert error["code"] == "CHANGE_FROM_QUANTITY_STALE"
        assert error["field"] == ["input", "quantities", "1", "changeFromQuantity"]
        assert (shop.platform.shown(A), shop.platform.shown(B)) == before


async def test_the_same_key_and_input_are_done_once_and_answered_the_same() -> None:
    async with shopify_bench() as shop:
        first = await shop.set(shop.row(A, 7))
        await shop.platform.set_shown(A, 3)
        again = await shop.set(shop.row(A, 7))
        assert again["inventoryAdjustmentGroup"]["id"] == first["inventoryAdjustmentGroup"]["id"]
        assert shop.platform.shown(A) == 3, "a repeat has no effect"
        shop.pass_time(86_401)
        await shop.renew()
        await shop.set(shop.row(A, 7))
        assert shop.platform.shown(A) == 7, "a forgotten key is a new one"


async def test_a_key_is_not_reused_for_something_else_nor_after_a_failure() -> None:
    async with shopify_bench() as shop:
        await shop.set(shop.row(A, 7))
        [mismatch] = (await shop.set(shop.row(A, 8)))["userErrors"]
        assert mismatch["code"] == "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
        await shop.set(shop.row(A, 9, 1000), key="stale")
        [failed] = (await shop.set(shop.row(A, 9, 1000), key="stale"))["userErrors"]
        assert failed["code"] == "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
        shop.switches.concurrent_keys = 1
        [busy] = (await shop.set(shop.row(A, 9), key="busy"))["userErrors"]
        assert busy["code"] == "IDEMPOTENCY_CONCURRENT_REQUEST"
        assert (await shop.set(shop.row(A, 9), key="busy"))["userErrors"] == []


async def test_aliased_mutations_run_one_after_another_each_under_its_own_key() -> None:
    async with shopify_bench() as shop:
        query = """mutation M($one: InventorySetQuantitiesInput!, $two: InventorySetQuantitiesInput!) {
          one: inventorySetQuantities(input: $one) @idempotent(key: "1") { userErrors { code } }
          two: inventorySetQuantities(input: $two) @idempotent(key: "2") { userErrors { code } } }"""
        base = {"name": "available", "reason": "correction"}
        await shop.set(shop.row(A, 1))
        told = await shop.ask(
            query, one=base | {"quantities": [shop.row(A, 2, 1)]}, two=base | {"quantities": [shop.row(A, 3, 2)]}
        )
        assert told["data"] == {"one": {"userErrors": []}, "two": {"userErrors": []}}
        assert told["extensions"]["cost"]["requestedQueryCost"] == 20
        assert shop.platform.shown(A) == 3


async def test_250_rows_cost_no_more_than_one() -> None:
    async with shopify_bench(goods=340) as shop:
        skus = shop.platform.listed()[:250]
        asked = {"name": "available", "reason": "correction", "quantities": [shop.row(sku, 4) for sku in skus]}
        told = await shop.ask(SET, input=asked, key="k")
        assert told["extensions"]["cost"]["requestedQueryCost"] == 13
        assert {shop.platform.shown(sku) for sku in skus} == {4}


async def test_a_sale_lowers_available_by_committing_and_sending_ends_the_commitment() -> None:
    async with shopify_bench() as shop:
        await shop.set(shop.row(A, 10))
        order = await shop.sell((A, 3))
        assert await levels(shop, A) == {"available": 7, "on_hand": 10, "committed": 3}
        [found] = await shop.to_send(order)
        await shop.fulfil({"fulfillmentOrderId": found["id"]})
        assert await levels(shop, A) == {"available": 7, "on_hand": 7, "committed": 0}


async def test_on_hand_counts_what_is_committed() -> None:
    async with shopify_bench() as shop:
        await shop.set(shop.row(A, 10))
        await shop.sell((A, 3))
        await shop.set(shop.row(A, 9, 10), key="hand", name="on_hand")
        assert await levels(shop, A) == {"available": 6, "on_hand": 9, "committed": 3}


async def test_available_may_fall_below_nothing_and_then_nothing_is_for_sale() -> None:
    async with shopify_bench() as shop:
        await shop.set(shop.row(A, -2))
        assert shop.platform.shown(A) == 0
        assert (await levels(shop, A))["available"] == -2


async def test_what_stands_at_both_locations_is_for_sale_together() -> None:
    async with shopify_bench(Switches(starting_stock=True, split_stock=True, search_lag=0)) as shop:
        here, there = (await levels(shop, A))["available"], (await levels(shop, A, 1))["available"]
        assert here
        assert there
        assert shop.platform.shown(A) == here + there


@pytest.mark.parametrize("by_itself", [True, False])
async def test_setting_stocks_an_item_by_itself_or_wants_it_stocked_first(by_itself: bool) -> None:
    activate = """mutation A($item: ID!, $place: ID!) { inventoryActivate(inventoryItemId: $item, locationId: $place)
      @idempotent(key: "a") { inventoryLevel { id isActive } userErrors { field message } } }"""
    async with shopify_bench(Switches(stock_on_set=by_itself, search_lag=0)) as shop:
        done = await shop.set(shop.row(B, 4, place=1))
        assert (done["userErrors"] == []) is by_itself
        if not by_itself:
            made = (await shop.data(activate, item=shop.item(B), place=shop.place(1)))["inventoryActivate"]
            assert made["inventoryLevel"]["isActive"]
            assert (await shop.set(shop.row(B, 4, place=1), key="again"))["userErrors"] == []
        assert shop.platform.shown(B) == 4


async def test_adjusting_is_relative() -> None:
    query = """mutation A($input: InventoryAdjustQuantitiesInput!) { inventoryAdjustQuantities(input: $input)
      @idempotent(key: "d") { inventoryAdjustmentGroup { reason } userErrors { code } } }"""
    async with shopify_bench() as shop:
        await shop.set(shop.row(A, 10))
        row = {key: value for key, value in shop.row(A, 0, 10).items() if key != "quantity"} | {"delta": -4}
        await shop.data(query, input={"name": "available", "reason": "correction", "changes": [row]})
        assert shop.platform.shown(A) == 6


async def test_skus_are_not_unique() -> None:
    async with shopify_bench(Switches(starting_stock=True, duplicate_skus=1, search_lag=0)) as shop:
        found = await shop.data(
            "query V($q: String) { productVariants(first: 5, query: $q) { nodes { sku product { status } } } }",
            q=f'sku:"{A}"',
        )
        assert [each["sku"] for each in found["productVariants"]["nodes"]] == [A, A]
        assert (await shop.data(LEVELS, id=shop.item(A)))["inventoryItem"]["duplicateSkuCount"] == 1
        assert len(shop.platform.listed()) == len(set(shop.platform.listed()))


async def test_an_id_of_nothing_is_an_error_at_the_top() -> None:
    async with shopify_bench() as shop:
        row = shop.row(C, 1) | {"inventoryItemId": "gid://shopify/InventoryItem/0"}
        asked = {"name": "available", "reason": "correction", "quantities": [row]}
        told = await shop.ask(SET, input=asked, key="k")
        assert told["errors"][0]["extensions"]["code"] == "RESOURCE_NOT_FOUND"
