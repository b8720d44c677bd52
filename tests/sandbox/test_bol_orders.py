"""bol.com's orders: what the lists hide, what the details tell, and how items end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from hub.sandbox.bol.processes import Outcome
from hub.sandbox.bol.switches import Switches
from hub.sandbox.bol.wire import day
from hub.sandbox.ledger import Units
from hub.sandbox.platform import SoldOut
from tests.sandbox.bol_bench import BolBench, bol_bench

A, B = "ART-00001", "ART-00002"


def stocked(**more: Any) -> Switches:
    return Switches(starting_stock=True, **more)


async def ids(bol: BolBench, query: str = "") -> list[str]:
    body = await bol.get(f"/retailer/orders{query}")
    return [order["orderId"] for order in body.get("orders", [])]


async def cancel(bol: BolBench, item_id: str) -> Any:
    body = {"orderItems": [{"orderItemId": item_id, "reasonCode": "REQUESTED_BY_CUSTOMER"}]}
    return await bol.finished(await bol.ask("PUT", "/retailer/orders/cancellation", body))


async def test_an_empty_list_is_an_empty_object() -> None:
    async with bol_bench() as bol:
        assert await bol.get("/retailer/orders") == {}
        assert await bol.get("/retailer/shipments") == {}
        assert await bol.get("/retailer/returns") == {}


async def test_the_list_is_newest_first_with_fifty_on_a_page() -> None:
    async with bol_bench(stocked()) as bol:
        placed = [await bol.platform.place_order([Units(sku, 1)]) for sku in bol.platform.listed() for _ in range(2)]
        assert await ids(bol) == placed[::-1][:50]
        assert await ids(bol, "?page=2") == placed[::-1][50:]
        assert await bol.get("/retailer/orders?page=3") == {}


async def test_an_order_that_comes_in_between_pages_pushes_one_over_the_edge() -> None:
    async with bol_bench(stocked(orders_while_paging=1)) as bol:
        for sku in [*bol.platform.listed(), *bol.platform.listed()]:
            await bol.platform.place_order([Units(sku, 1)])
        first = await ids(bol)
        second = await ids(bol, "?page=2")
        assert second[0] == first[-1]


async def test_the_list_tells_no_prices_addresses_or_offers() -> None:
    async with bol_bench(stocked()) as bol:
        await bol.sell(A)
        (order,) = (await bol.get("/retailer/orders"))["orders"]
        assert set(order) == {"orderId", "orderPlacedDateTime", "orderItems"}
        assert not {"unitPrice", "offer", "totalPrice"} & set(order["orderItems"][0])


@pytest.mark.parametrize(
    "query", ["page=0", "status=SHUT", "fulfilment-method=X", "change-interval-minute=61", "vvb-only=perhaps"]
)
async def test_a_list_with_bad_parameters_is_refused(query: str) -> None:
    async with bol_bench() as bol:
        assert (await bol.ask("GET", f"/retailer/orders?{query}")).status_code == 400


async def test_an_unknown_order_is_not_found_and_names_no_violations() -> None:
    async with bol_bench() as bol:
        answer = await bol.ask("GET", "/retailer/orders/A0")
        assert answer.status_code == 404
        assert "violations" not in answer.json()


async def test_a_discount_makes_the_total_differ_from_price_times_quantity() -> None:
    async with bol_bench(stocked()) as bol:
        lines = [Units(A, 2), Units(B, 1)]
        order_id = await bol.platform.place_order(lines, discount=Decimal("3.33"))
        items = (await bol.get(f"/retailer/orders/{order_id}"))["orderItems"]
        given = sum(Decimal(str(each["amount"])) for item in items for each in item["discounts"])
        assert given == Decimal("3.33")
        for item in items:
            gross = Decimal(str(item["unitPrice"])) * item["quantity"]
            assert Decimal(str(item["totalPrice"])) == gross - Decimal(str(item["discounts"][0]["amount"]))
        total = sum(Decimal(str(item["totalPrice"])) for item in items)
        assert bol.world.ledger.sales["bol", order_id].total == total


async def test_the_buyer_is_real_enough_but_his_address_for_mail_is_scrambled() -> None:
    async with bol_bench(stocked(pickup_chance=0, phone_chance=0)) as bol:
        details = (await bol.sell(A))["shipmentDetails"]
        assert details["email"].endswith("@verkopen.bol.com")
        assert details["countryCode"] == "NL"
        assert details["streetName"]
        assert details["houseNumber"].isdecimal()
        assert "deliveryPhoneNumber" not in details


async def test_a_company_shows_its_numbers_on_the_bill() -> None:
    async with bol_bench(stocked()) as bol:
        dutch = (await bol.sell(A, company=True))["billingDetails"]
        assert dutch["vatNumber"].startswith("NL")
        assert len(dutch["kvkNumber"]) == 8
        belgian = (await bol.sell(A, company=True, country="BE"))["billingDetails"]
        assert belgian["vatNumber"].startswith("BE0")


async def test_a_pickup_point_is_named() -> None:
    async with bol_bench(stocked(pickup_chance=1)) as bol:
        order = await bol.sell(A)
        assert order["pickupPoint"]
        assert order["shipmentDetails"]["pickupPointName"].startswith("Albert Heijn")
    async with bol_bench(stocked(pickup_chance=1, pickup_named=False)) as bol:
        order = await bol.sell(A)
        assert order["pickupPoint"]
        assert "pickupPointName" not in order["shipmentDetails"]


async def test_product_and_offer_can_be_null() -> None:
    async with bol_bench(stocked(null_product=1, null_offer=2)) as bol:
        items = [(await bol.sell(A))["orderItems"][0] for _ in range(3)]
        assert [item["product"] is None for item in items] == [True, False, False]
        assert [item["offer"] is None for item in items] == [True, True, False]


async def test_two_lines_may_share_one_ean() -> None:
    async with bol_bench(stocked()) as bol:
        order_id = await bol.platform.place_order([Units(A, 1), Units(A, 2)])
        items = (await bol.get(f"/retailer/orders/{order_id}"))["orderItems"]
        assert len({item["orderItemId"] for item in items}) == 2
        assert len({item["product"]["ean"] for item in items}) == 1


async def test_two_lines_of_one_article_cannot_take_more_than_is_shown() -> None:
    async with bol_bench() as bol:
        await bol.stock(A, 3)
        with pytest.raises(SoldOut):
            await bol.platform.place_order([Units(A, 2), Units(A, 2)])


async def test_a_cancellation_request_alone_closes_nothing() -> None:
    async with bol_bench(stocked()) as bol:
        order = await bol.sell(A, 2)
        await bol.platform.request_cancellation(order["orderId"])
        item = (await bol.get(f"/retailer/orders/{order['orderId']}"))["orderItems"][0]
        assert (item["cancellationRequest"], item["quantityCancelled"]) == (True, 0)
        assert bol.platform.open_orders() == [order["orderId"]]


async def test_a_cancellation_takes_effect_only_when_it_succeeds() -> None:
    async with bol_bench(stocked()) as bol:
        order = await bol.sell(A, 2)
        item_id = order["orderItems"][0]["orderItemId"]
        body = {"orderItems": [{"orderItemId": item_id, "reasonCode": "OUT_OF_STOCK"}]}
        accepted = await bol.ask("PUT", "/retailer/orders/cancellation", body)
        assert accepted.json()["status"] == "PENDING"
        assert await ids(bol) == [order["orderId"]]
        status = await bol.finished(accepted)
        assert (status["status"], status["entityId"]) == ("SUCCESS", item_id)
        assert await ids(bol) == []
        assert bol.world.ledger.sales["bol", order["orderId"]].cancelled_at is not None


async def test_cancelling_twice_fails_the_second_time() -> None:
    async with bol_bench(stocked()) as bol:
        item_id = (await bol.sell(A))["orderItems"][0]["orderItemId"]
        await cancel(bol, item_id)
        status = await cancel(bol, item_id)
        assert status["status"] == "FAILURE"
        assert item_id in status["errorMessage"]


async def test_an_item_that_the_seller_cancels_lessens_the_sale() -> None:
    async with bol_bench(stocked()) as bol:
        order_id = await bol.platform.place_order([Units(A, 1), Units(A, 2)])
        items = (await bol.get(f"/retailer/orders/{order_id}"))["orderItems"]
        sale = bol.world.ledger.sales["bol", order_id]
        one, whole = bol.world.prices[A], sale.total
        await cancel(bol, next(item["orderItemId"] for item in items if item["quantity"] == 2))
        assert (sale.total, whole, sale.cancelled_at) == (one, 3 * one, None)
        assert sale.units == [Units(A, 1)]


async def test_one_call_cancels_exactly_one_item() -> None:
    async with bol_bench() as bol:
        item = {"orderItemId": "1", "reasonCode": "OTHER"}
        for items in ([], [item, item], [item | {"reasonCode": "MOOD"}]):
            answer = await bol.ask("PUT", "/retailer/orders/cancellation", {"orderItems": items})
            assert answer.status_code == 400


async def test_bol_cancels_what_nobody_handles_in_time() -> None:
    async with bol_bench(stocked()) as bol:
        order = await bol.sell(A)
        placed = bol.world.ledger.sales["bol", order["orderId"]].at
        assert order["orderItems"][0]["fulfilment"]["expiryDate"] == day(placed + timedelta(days=3))
        bol.pass_time(3 * 86_400 + 1)
        assert bol.platform.open_orders() == []
        assert bol.world.ledger.sales["bol", order["orderId"]].cancelled_at is not None


async def test_handled_orders_stay_visible_for_two_days() -> None:
    async with bol_bench(stocked()) as bol:
        order = await bol.sell(A)
        await bol.platform.cancel(order["orderId"])
        assert await ids(bol) == []
        assert await ids(bol, "?status=ALL") == [order["orderId"]]
        assert await ids(bol, "?status=SHIPPED") == []
        moment = day(bol.world.clock.now())
        bol.pass_time(48 * 3600 + 60)
        await bol.renew()
        assert await ids(bol, "?status=ALL") == []
        assert await ids(bol, f"?status=ALL&latest-change-date={moment}") == [order["orderId"]]


async def test_the_change_interval_finds_only_what_changed_lately() -> None:
    async with bol_bench(stocked()) as bol:
        old = await bol.sell(A)
        bol.pass_time(250)
        new = await bol.sell(B)
        assert await ids(bol, "?change-interval-minute=2") == [new["orderId"]]
        assert await ids(bol, "?change-interval-minute=60") == [new["orderId"], old["orderId"]]


async def test_orders_that_bol_ships_itself_leave_the_open_list_at_once_and_touch_no_own_stock() -> None:
    async with bol_bench(stocked()) as bol:
        before, at_bol = bol.platform.shown(A), bol.platform.at_bol(A)
        order = await bol.sell(A, by_platform=True)
        assert await ids(bol) == []
        assert await ids(bol, "?fulfilment-method=FBB&status=ALL") == [order["orderId"]]
        assert (bol.platform.shown(A), bol.platform.at_bol(A)) == (before, at_bol - 1)
        assert bol.platform.open_orders() == []
        bol.pass_time(10)
        assert await ids(bol, "?fulfilment-method=FBB") == []
        assert await ids(bol, "?fulfilment-method=FBB&status=SHIPPED") == [order["orderId"]]
        assert bol.world.ledger.confirmed == []
        (shipment,) = (await bol.get("/retailer/shipments?fulfilment-method=FBB"))["shipments"]
        assert shipment["order"]["orderId"] == order["orderId"]


async def test_the_stock_at_bol_is_listed_apart() -> None:
    async with bol_bench(goods=60) as bol:
        rows = (await bol.get("/retailer/inventory"))["inventory"]
        assert len(rows) == 6
        assert await bol.get(f"/retailer/inventory?query={rows[0]['ean']}") == {"inventory": rows[:1]}


@pytest.mark.parametrize(("outcome", "happened"), [(Outcome.TIMEOUT_EXECUTED, True), (Outcome.TIMEOUT_LOST, False)])
async def test_a_timeout_says_nothing_about_the_effect(outcome: Outcome, happened: bool) -> None:
    async with bol_bench(stocked(outcomes=[outcome])) as bol:
        order = await bol.sell(A)
        status = await cancel(bol, order["orderItems"][0]["orderItemId"])
        assert status["status"] == "TIMEOUT"
        assert (await ids(bol) == []) == happened


async def test_a_command_can_fail_for_no_good_reason_or_come_late() -> None:
    async with bol_bench(stocked(outcomes=[Outcome.FAILURE, Outcome.LATE])) as bol:
        item_id = (await bol.sell(A))["orderItems"][0]["orderItemId"]
        statuses = [await cancel(bol, item_id) for _ in range(2)]
        assert [each["status"] for each in statuses] == ["FAILURE", "PENDING"]
        bol.pass_time(100)
        assert await ids(bol) == []
