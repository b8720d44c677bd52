"""The shop's orders: money to the cent, dates to the second, stock by status."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from hub.sandbox.ledger import Units
from hub.sandbox.platform import SoldOut
from hub.sandbox.woocommerce.switches import Switches
from hub.sandbox.woocommerce.tax import CENT
from tests.sandbox.woocommerce_bench import WooBench, woo_bench

A, B, VARIATION = "ART-00001", "ART-00002", "ART-00010"


def euros(text: str) -> Decimal:
    return Decimal(text)


def reduced(shop: WooBench) -> str:
    """Return an article at the reduced rate."""
    return next(sku for sku in shop.platform.listed() if shop.product(sku).tax_class)


def standard(shop: WooBench) -> str:
    return next(sku for sku in shop.platform.listed() if not shop.product(sku).tax_class)


def adds_up(order: Any) -> None:
    """Fail unless every total on the order is the sum of its parts."""
    lines, shipping, taxes = order["line_items"], order["shipping_lines"], order["tax_lines"]
    cart_tax = sum(euros(line["total_tax"]) for line in lines)
    assert cart_tax == euros(order["cart_tax"]) == sum(euros(tax["tax_total"]) for tax in taxes)
    freight_tax = sum(euros(line["total_tax"]) for line in shipping)
    assert freight_tax == euros(order["shipping_tax"]) == sum(euros(tax["shipping_tax_total"]) for tax in taxes)
    net = sum(euros(line["total"]) for line in [*lines, *shipping])
    assert net + cart_tax + freight_tax == euros(order["total"])
    off = sum(euros(line["subtotal"]) - euros(line["total"]) for line in lines)
    assert off == euros(order["discount_total"]) == sum(euros(each["discount"]) for each in order["coupon_lines"])


@pytest.mark.parametrize("include_tax", [True, False])
async def test_an_order_at_two_rates_with_shipping_and_discount_adds_up(include_tax: bool) -> None:
    async with woo_bench(Switches(True, prices_include_tax=include_tax)) as shop:
        basket = [(standard(shop), 3), (reduced(shop), 2)]
        order = await shop.sell(*basket, shipping=Decimal("4.95"), discount=Decimal("3.33"))
        adds_up(order)
        assert order["prices_include_tax"] is include_tax
        assert [tax["rate_percent"] for tax in order["tax_lines"]] == [21, 9]
        assert shop.world.ledger.sales["woocommerce", str(order["id"])].total == euros(order["total"])


async def test_with_prices_including_tax_the_buyer_pays_exactly_those_prices() -> None:
    async with woo_bench() as shop:
        for quantity in (1, 3, 7):
            order = await shop.sell((A, quantity), (reduced(shop), quantity), shipping=Decimal("6.95"))
            paid = sum(shop.world.prices[sku] * quantity for sku in (A, reduced(shop))) + Decimal("6.95")
            assert euros(order["total"]) == paid


async def test_the_price_of_a_line_has_more_digits_than_its_total() -> None:
    async with woo_bench() as shop:
        line = (await shop.sell((A, 3)))["line_items"][0]
        exact = shop.world.prices[A] / (Decimal(121) / 100)
        assert Decimal(str(line["price"])) == exact.quantize(Decimal("0.000001"))
        assert euros(line["total"]) == (exact * 3).quantize(CENT)


async def test_more_decimals_can_be_asked_for() -> None:
    async with woo_bench() as shop:
        order_id = (await shop.sell((A, 3)))["id"]
        line = (await shop.get(f"orders/{order_id}?dp=6"))["line_items"][0]
        assert len(line["total"].partition(".")[2]) == 6


async def test_goods_outside_the_tax_table_carry_no_tax() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1), country="CH")
        assert (order["total_tax"], order["tax_lines"]) == ("0.00", [])


async def test_a_variation_names_its_parent_and_both_ids() -> None:
    async with woo_bench() as shop:
        line = (await shop.sell((VARIATION, 1)))["line_items"][0]
        variation = shop.product(VARIATION)
        assert (line["product_id"], line["variation_id"]) == (variation.parent_id, variation.product_id)
        assert line["sku"] == VARIATION
        assert line["parent_name"].startswith("Family")


async def test_a_company_leaves_its_vat_number_in_the_metas() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1), company=True, country="BE")
        metas = {meta["key"]: meta["value"] for meta in order["meta_data"]}
        assert metas["_billing_vat_number"].startswith("BE0")
        assert order["billing"]["company"]


async def test_a_buyer_can_only_buy_what_is_shown() -> None:
    async with woo_bench() as shop:
        shop.stock(A, 3)
        with pytest.raises(SoldOut):
            await shop.platform.place_order([Units(A, 2), Units(A, 2)])
        await shop.sell((A, 3))
        assert shop.platform.shown(A) == 0


async def test_an_unpaid_order_waits_on_hold_and_has_taken_its_stock() -> None:
    async with woo_bench() as shop:
        shop.stock(A, 5)
        order = await shop.sell((A, 2), paid=False)
        assert (order["status"], order["date_paid"], shop.platform.shown(A)) == ("on-hold", None, 3)
        sale = shop.world.ledger.sales["woocommerce", str(order["id"])]
        assert sale.paid_at is None
        await shop.platform.pay(str(order["id"]))
        assert (await shop.get(f"orders/{order['id']}"))["status"] == "processing"
        assert shop.platform.shown(A) == 3
        assert sale.paid_at is not None


async def test_a_pending_order_takes_stock_only_when_paid_but_holds_it_for_the_buyer() -> None:
    async with woo_bench(Switches(True, unpaid_status="pending")) as shop:
        shop.stock(A, 5)
        order = await shop.sell((A, 2), paid=False)
        assert (shop.product(A).quantity, shop.platform.shown(A)) == (5, 3)
        await shop.platform.pay(str(order["id"]))
        assert (shop.product(A).quantity, shop.platform.shown(A)) == (3, 3)


async def test_a_cancelled_order_returns_its_stock_once() -> None:
    async with woo_bench() as shop:
        shop.stock(A, 5)
        order = await shop.sell((A, 2))
        for _ in range(2):
            await shop.platform.cancel(str(order["id"]))
        assert shop.platform.shown(A) == 5
        assert shop.world.ledger.sales["woocommerce", str(order["id"])].cancelled_at is not None
        assert shop.platform.open_orders() == []


async def test_orders_made_over_the_api_may_drive_the_stock_below_zero_and_are_made_twice() -> None:
    async with woo_bench() as shop:
        shop.stock(A, 1)
        body = {"set_paid": True, "line_items": [{"product_id": shop.product(A).product_id, "quantity": 2}]}
        made = [await shop.send("POST", "orders", body, 201) for _ in range(2)]
        assert made[0]["id"] != made[1]["id"]
        assert shop.product(A).quantity == -3
        assert shop.platform.shown(A) == 0


async def test_an_unknown_product_makes_a_nameless_line() -> None:
    async with woo_bench() as shop:
        made = await shop.send("POST", "orders", {"line_items": [{"product_id": 999999, "quantity": 1}]}, 201)
        line = made["line_items"][0]
        assert (line["name"], line["product_id"], line["sku"], line["total"]) == ("", 0, None, "0.00")


async def test_a_put_with_a_plugins_prefix_or_a_wrong_status_is_refused() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1))
        answer = await shop.ask("PUT", f"orders/{order['id']}", {"status": "wc-completed"})
        assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_param")
        assert "wc-completed" not in {row["slug"] for row in await shop.get("orders/statuses")}


async def test_metas_are_updated_by_key_and_others_stay() -> None:
    async with woo_bench() as shop:
        path = f"orders/{(await shop.sell((A, 1)))['id']}"
        for value in ("first", {"deep": 1}):
            await shop.send("PUT", path, {"meta_data": [{"key": "hub_id", "value": value}]})
        await shop.send("PUT", path, {"meta_data": [{"key": "_other", "value": 2}]})
        metas = {meta["key"]: meta["value"] for meta in (await shop.get(path))["meta_data"]}
        assert metas == {"hub_id": {"deep": 1}, "_other": 2}


async def test_lines_in_a_put_change_remove_or_add() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1), (B, 1))
        path, (first, second) = f"orders/{order['id']}", order["line_items"]
        changed = await shop.send("PUT", path, {"line_items": [{"id": first["id"], "quantity": 2}]})
        assert changed["line_items"][0]["quantity"] == 2
        removed = await shop.send("PUT", path, {"line_items": [{"id": second["id"], "quantity": 0}]})
        assert len(removed["line_items"]) == 1
        added = await shop.send("PUT", path, {"line_items": [{"product_id": shop.product(B).product_id}]})
        assert len(added["line_items"]) == 2


async def modified(shop: WooBench, since: str, **more: str) -> list[int]:
    query = "&".join(f"{name}={value}" for name, value in {"modified_after": since, **more}.items())
    return [row["id"] for row in await shop.get(f"orders?{query}&per_page=100")]


async def test_modified_after_is_strictly_after_and_sees_whole_seconds_only() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1))
        stamp = order["date_modified_gmt"]
        assert await modified(shop, stamp, dates_are_gmt="true") == []
        shop.pass_time(1)
        await shop.send("PUT", f"orders/{order['id']}", {})
        assert await modified(shop, stamp, dates_are_gmt="true") == [order["id"]]


async def test_a_date_without_offset_is_read_in_the_shops_time_zone() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1))
        utc = order["date_modified_gmt"]
        assert order["date_modified"] != utc
        shop.pass_time(10)
        await shop.send("PUT", f"orders/{order['id']}", {})
        assert await modified(shop, order["date_modified"]) == [order["id"]]
        assert await modified(shop, f"{utc}Z") == [order["id"]]
        assert await modified(shop, order["date_modified"], dates_are_gmt="true") == []


async def test_a_date_that_is_none_is_refused() -> None:
    async with woo_bench() as shop:
        assert (await shop.ask("GET", "orders?modified_after=yesterday")).status_code == 400


async def test_any_put_and_any_tracking_move_the_modification_date_and_a_note_does_not() -> None:
    async with woo_bench() as shop:
        path = f"orders/{(await shop.sell((A, 1)))['id']}"

        async def moves(method: str, where: str, body: Any) -> bool:
            before = (await shop.get(path))["date_modified_gmt"]
            shop.pass_time(2)
            assert (await shop.ask(method, where, body)).is_success
            return bool((await shop.get(path))["date_modified_gmt"] != before)

        assert await moves("PUT", path, {})
        assert not await moves("POST", f"{path}/notes", {"note": "hello"})
        tracking = f"../../wc-shipment-tracking/v3/{path}/shipment-trackings"
        assert await moves("POST", tracking, {"tracking_number": "3S"})


async def test_lists_filter_and_sort() -> None:
    async with woo_bench() as shop:
        first = await shop.sell((A, 1))
        shop.pass_time(2)
        second = await shop.sell((B, 1), paid=False)
        shop.pass_time(2)
        await shop.send("PUT", f"orders/{first['id']}", {})
        ids = [first["id"], second["id"]]
        for query, expected in (
            ("", ids[::-1]),
            ("order=asc&orderby=id", ids),
            ("orderby=modified", ids),
            ("status=processing", ids[:1]),
            ("status[]=processing&status[]=on-hold", ids[::-1]),
            (f"include={ids[1]}", ids[1:]),
            (f"exclude={ids[1]}", ids[:1]),
            (f"search={second['billing']['email']}", ids[1:]),
            ("search=hub_id", []),
            (f"after={first['date_created_gmt']}&dates_are_gmt=true", ids[1:]),
        ):
            assert [row["id"] for row in await shop.get(f"orders?{query}")] == expected, query
        for query in ("orderby=mood", "order=up", "status=wc-completed"):
            assert (await shop.ask("GET", f"orders?{query}")).status_code == 400


async def test_a_trashed_order_leaves_the_list_but_can_be_read() -> None:
    async with woo_bench() as shop:
        order = await shop.sell((A, 1))
        answer = await shop.send("DELETE", f"orders/{order['id']}", None)
        assert answer["status"] == "processing"
        assert await shop.get("orders") == []
        assert (await shop.get(f"orders/{order['id']}"))["status"] == "trash"
        assert [row["id"] for row in await shop.get("orders?status=trash")] == [order["id"]]
        await shop.send("DELETE", f"orders/{order['id']}?force=true", None)
        missing = await shop.ask("GET", f"orders/{order['id']}")
        assert (missing.status_code, missing.json()["code"]) == (404, "woocommerce_rest_shop_order_invalid_id")


async def test_broken_json_is_named() -> None:
    async with woo_bench() as shop:
        answer = await shop.ask("POST", "orders", None, content=b"{")
        assert (answer.status_code, answer.json()["code"]) == (400, "rest_invalid_json")


async def test_a_refund_is_negative_on_the_order_given_twice_when_asked_twice_and_500_when_too_much() -> None:
    async with woo_bench() as shop:
        shop.stock(A, 5)
        order = await shop.sell((A, 3))
        path, line = f"orders/{order['id']}/refunds", order["line_items"][0]
        body = {"amount": "1.00", "api_refund": False, "line_items": [{"id": line["id"], "quantity": 1}]}
        for _ in range(2):
            assert (await shop.send("POST", path, body, 201))["amount"] == "1.00"
        assert [row["total"] for row in (await shop.get(f"orders/{order['id']}"))["refunds"]] == ["-1.00", "-1.00"]
        assert len(await shop.get(path)) == 2
        assert shop.platform.shown(A) == 4
        too_much = await shop.ask("POST", path, {"amount": "99999"})
        assert (too_much.status_code, too_much.json()["message"]) == (500, "Invalid refund amount.")


async def test_notes_are_listed_newest_first() -> None:
    async with woo_bench() as shop:
        path = f"orders/{(await shop.sell((A, 1)))['id']}/notes"
        await shop.send("POST", path, {"note": "Shipped", "customer_note": True}, 201)
        newest = (await shop.get(path))[0]
        assert (newest["note"], newest["customer_note"]) == ("Shipped", True)
        assert (await shop.ask("POST", path, {})).status_code == 400


async def test_an_order_that_is_not_paid_is_edited_in_the_shop_and_a_paid_one_is_not() -> None:
    async with woo_bench(Switches(True)) as shop:
        order = await shop.sell((A, 2), paid=False)
        number = str(order["id"])
        shown = shop.platform.shown(A), shop.platform.shown(B)
        await shop.platform.edit_order(number, A, 1)
        await shop.platform.edit_order(number, B, 3)
        assert (shop.platform.shown(A), shop.platform.shown(B)) == (shown[0] + 1, shown[1] - 3)
        sale = shop.world.ledger.sales["woocommerce", number]
        assert sale.units == [Units(A, 1), Units(B, 3)]
        assert sale.total == shop.world.prices[A] + 3 * shop.world.prices[B]
        await shop.platform.pay(number)
        with pytest.raises(TypeError, match="cannot be edited"):
            await shop.platform.edit_order(number, A, 2)
