"""The shop's products: strict alone, careless in a batch."""

from __future__ import annotations

from typing import Any

import pytest

from hub.sandbox.ledger import Units
from hub.sandbox.platform import Channel, SoldOut
from hub.sandbox.woocommerce.switches import Switches
from tests.sandbox.woocommerce_bench import WooBench, woo_bench

A, B, VARIATION, OTHER_VARIATION = "ART-00001", "ART-00002", "ART-00010", "ART-00020"


async def write(shop: WooBench, value: Any, **more: Any) -> Any:
    """Send one stock figure inside a batch."""
    item = {"id": shop.product(A).product_id, "stock_quantity": value, **more}
    return (await shop.send("POST", "products/batch", {"update": [item]}))["update"][0]


async def test_the_first_half_of_the_goods_is_listed_and_every_tenth_is_a_variation() -> None:
    async with woo_bench() as shop:
        assert isinstance(shop.platform, Channel)
        assert shop.platform.listed() == [f"ART-{number:05d}" for number in range(1, 31)]
        kinds = {sku: shop.product(sku).kind for sku in shop.platform.listed()}
        assert [sku for sku, kind in kinds.items() if kind == "variation"] == [VARIATION, OTHER_VARIATION, "ART-00030"]


async def test_nothing_is_shown_until_somebody_publishes_it() -> None:
    async with woo_bench(Switches()) as shop:
        assert shop.platform.shown(A) == 0
        with pytest.raises(SoldOut):
            await shop.platform.place_order([Units(A, 1)])


async def test_a_search_by_sku_finds_variations_too_and_the_plain_list_does_not() -> None:
    async with woo_bench() as shop:
        found = await shop.get(f"products?sku={A},{VARIATION},nothing&per_page=100&_fields=id,sku,parent_id,type")
        assert {row["sku"]: row["type"] for row in found} == {A: "simple", VARIATION: "variation"}
        assert set(found[0]) == {"id", "sku", "parent_id", "type"}
        everything = await shop.get("products?per_page=100")
        assert "variation" not in {row["type"] for row in everything}


async def test_lists_count_what_there_is_and_point_to_the_next_page() -> None:
    async with woo_bench() as shop:
        first = await shop.ask("GET", "products?per_page=10&order=asc")
        last = await shop.ask("GET", "products?per_page=10&page=3&order=asc")
        assert (first.headers["X-WP-Total"], first.headers["X-WP-TotalPages"]) == ("28", "3")
        assert first.headers["Link"].endswith('rel="next"')
        assert last.headers["Link"].endswith('rel="prev"')
        assert await shop.get("products?page=9") == []


@pytest.mark.parametrize("query", ["per_page=101", "per_page=0", "page=0", "page=x", "type=variation"])
async def test_a_list_with_bad_parameters_is_refused(query: str) -> None:
    async with woo_bench() as shop:
        answer = await shop.ask("GET", f"products?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")


@pytest.mark.parametrize(
    ("sent", "stored"), [("abc", 0), ("", 0), (2.7, 2), ("12.9", 12), ("7", 7), (True, 1), (-2, -2), ([], 0)]
)
async def test_inside_a_batch_values_are_cast_as_php_does(sent: Any, stored: int) -> None:
    async with woo_bench() as shop:
        assert (await write(shop, sent))["stock_quantity"] == stored


async def test_inside_a_batch_null_leaves_the_value_alone() -> None:
    async with woo_bench() as shop:
        await write(shop, 9)
        assert (await write(shop, None))["stock_quantity"] == 9


@pytest.mark.parametrize("sent", ["abc", "", 2.7, "12.9", True, []])
async def test_a_single_put_refuses_what_the_schema_forbids(sent: Any) -> None:
    async with woo_bench() as shop:
        before = shop.platform.shown(A)
        answer = await shop.ask("PUT", f"products/{shop.product(A).product_id}", {"stock_quantity": sent})
        assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")
        assert shop.platform.shown(A) == before


@pytest.mark.parametrize(("sent", "stored"), [("9", 9), (0, 0), (-2, -2), (None, 0)])
async def test_a_single_put_takes_whole_numbers_as_text_and_null_as_zero(sent: Any, stored: int) -> None:
    async with woo_bench() as shop:
        body = await shop.send("PUT", f"products/{shop.product(A).product_id}", {"stock_quantity": sent})
        assert body["stock_quantity"] == stored
        assert body["stock_status"] == ("instock" if stored > 0 else "outofstock")


async def test_a_quantity_is_dropped_silently_where_stock_is_not_managed() -> None:
    async with woo_bench() as shop:
        path = f"products/{shop.product(A).product_id}"
        assert (await shop.send("PUT", path, {"manage_stock": False}))["stock_quantity"] is None
        assert (await shop.send("PUT", path, {"stock_quantity": 5}))["stock_quantity"] is None
        both = await shop.send("PUT", path, {"stock_quantity": 5, "manage_stock": True})
        assert both["stock_quantity"] == 5


async def test_a_delta_changes_what_is_there() -> None:
    async with woo_bench() as shop:
        shop.stock(A, 10)
        body = await shop.send("PUT", f"products/{shop.product(A).product_id}", {"inventory_delta": -3})
        assert body["stock_quantity"] == 7


async def test_a_hundred_items_is_the_most_a_batch_takes_and_the_kinds_add_up() -> None:
    async with woo_bench() as shop:
        item = {"id": shop.product(A).product_id, "stock_quantity": 1}
        assert len((await shop.send("POST", "products/batch", {"update": [item] * 100}))["update"]) == 100
        answer = await shop.ask("POST", "products/batch", {"update": [item] * 99, "create": [{}, {}]})
        assert (answer.status_code, answer.json()["code"]) == (413, "woocommerce_rest_request_entity_too_large")
        assert await shop.send("POST", "products/batch", {}) == []


async def test_a_batch_answers_200_with_an_error_inside_for_each_item_that_failed() -> None:
    async with woo_bench() as shop:
        numbers = [shop.product(A).product_id, 999999, None, shop.product(VARIATION).product_id]
        items = [{"id": number, "stock_quantity": 4} for number in numbers]
        done = (await shop.send("POST", "products/batch", {"update": items}))["update"]
        codes = [each.get("error", {}).get("code") for each in done]
        unknown, elsewhere = "woocommerce_rest_product_invalid_id", "woocommerce_rest_invalid_product_id"
        assert codes == [None, unknown, unknown, elsewhere]
        assert "&lt;" in done[3]["error"]["message"]
        assert shop.platform.shown(A) == 4


async def test_trimming_a_batch_hides_its_errors() -> None:
    async with woo_bench() as shop:
        assert await shop.send("POST", "products/batch?_fields=none", {"update": [{"id": 999999}]}) == {}


async def test_variations_are_written_one_parent_at_a_time() -> None:
    async with woo_bench(goods=100) as shop:
        one, stranger = shop.product(VARIATION), shop.product("ART-00040")
        assert stranger.parent_id != one.parent_id
        items = [{"id": each.product_id, "stock_quantity": 8} for each in (one, stranger)]
        done = (await shop.send("POST", f"products/{one.parent_id}/variations/batch", {"update": items}))["update"]
        assert done[0]["stock_quantity"] == 8
        assert done[1]["error"]["code"] == "woocommerce_rest_product_variation_invalid_id"
        rows = await shop.get(f"products/{one.parent_id}/variations")
        assert [row["sku"] for row in rows] == ["ART-00010", "ART-00020", "ART-00030"]


async def test_a_variation_can_be_read_as_a_product_but_not_written_as_one() -> None:
    async with woo_bench() as shop:
        variation = shop.product(VARIATION)
        assert (await shop.get(f"products/{variation.product_id}"))["type"] == "variation"
        answer = await shop.ask("PUT", f"products/{variation.product_id}", {"stock_quantity": 1})
        assert answer.status_code == 404
        path = f"products/{variation.parent_id}/variations/{variation.product_id}"
        assert (await shop.send("PUT", path, {"stock_quantity": 6}))["stock_quantity"] == 6
        assert (await shop.get(path))["stock_quantity"] == 6


async def test_every_published_figure_is_noted_as_the_hubs() -> None:
    async with woo_bench(Switches(hook_delay=0)) as shop:
        await write(shop, 5)
        await shop.platform.place_order([Units(A, 2)])
        assert [(each.sku, each.quantity, each.by) for each in shop.world.ledger.shown] == [
            (A, 5, "hub"),
            (A, 3, "sale"),
        ]


async def test_taxes_and_settings_can_be_read() -> None:
    async with woo_bench() as shop:
        rates = {(row["country"], row["class"]): row["rate"] for row in await shop.get("taxes")}
        assert rates["NL", "standard"] == "21.0000"
        assert rates["BE", "reduced-rate"] == "9.0000"
        include = await shop.get("settings/tax/woocommerce_prices_include_tax")
        assert include["value"] == "yes"
        assert (await shop.ask("GET", "settings/nothing")).status_code == 404
    async with woo_bench(Switches(destination_rates=True, prices_include_tax=False)) as shop:
        rates = {(row["country"], row["class"]): row["rate"] for row in await shop.get("taxes")}
        assert rates["BE", "reduced-rate"] == "6.0000"
        assert (await shop.get("settings/tax"))[0]["value"] == "no"
