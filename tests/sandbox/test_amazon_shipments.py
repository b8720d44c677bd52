"""Amazon's shipment confirmations: one call a package, the same reference edits, the status follows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hub.sandbox.ledger import Units
from tests.sandbox.amazon_bench import DE, AmazonBench, amazon_bench

A, B = "ART-00001", "ART-00002"


async def status(amazon: AmazonBench, order: Any) -> str:
    return str((await amazon.read(order))["fulfillment"]["fulfillmentStatus"])


async def test_a_confirmation_is_taken_at_once_and_its_status_follows_minutes_later() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 2))
        await amazon.confirm(order, (0, 2))
        assert await status(amazon, order) == "UNSHIPPED"
        (confirmed,) = amazon.world.ledger.confirmed
        assert (confirmed.external_id, confirmed.tracking, confirmed.carrier) == (order.order_id, "3S1", "PostNL")
        assert confirmed.units == (Units(A, 2),)
        assert (await amazon.read(order))["packages"][0]["packageStatus"]["status"] == "PENDING"
        amazon.pass_time(91)
        shown = await amazon.read(order)
        assert shown["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
        assert shown["orderItems"][0]["fulfillment"] == {"quantityFulfilled": 2, "quantityUnfulfilled": 0}
        assert shown["packages"][0]["trackingNumber"] == "3S1"
        assert amazon.platform.open_orders() == []


async def test_partial_packages_count_until_everything_is_shipped() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 3), (B, 1))
        await amazon.confirm(order, (0, 1), (1, 1))
        amazon.pass_time(91)
        assert await status(amazon, order) == "PARTIALLY_SHIPPED"
        await amazon.confirm(order, (0, 2), packageReferenceId="2", trackingNumber="3S2")
        amazon.pass_time(91)
        assert await status(amazon, order) == "SHIPPED"
        assert [each.tracking for each in amazon.world.ledger.confirmed] == ["3S1", "3S2"]


@pytest.mark.parametrize("wait", [0, 91])
async def test_the_same_reference_edits_the_package_and_replaces_its_note(wait: int) -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 2))
        for tracking in ("3S1", "3S1", "3S9"):
            await amazon.confirm(order, (0, 2), trackingNumber=tracking)
            amazon.pass_time(wait)
        (confirmed,) = amazon.world.ledger.confirmed
        assert (confirmed.tracking, confirmed.units) == ("3S9", (Units(A, 2),))
        amazon.pass_time(91)
        (package,) = (await amazon.read(order))["packages"]
        assert package["trackingNumber"] == "3S9"
        assert await status(amazon, order) == "SHIPPED"


async def test_the_same_item_named_twice_counts_twice() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 2))
        await amazon.confirm(order, (0, 1), (0, 1))
        assert amazon.world.ledger.confirmed[0].units == (Units(A, 2),)
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 1))
        assert "exceeds" in await refused(amazon, order, amazon.package(order, (0, 1), (0, 1)))


async def refused(amazon: AmazonBench, order: Any, body: Any, code: int = 400) -> str:
    path = f"/orders/v0/orders/{order.order_id}/shipmentConfirmation"
    told = await amazon.refused("POST", path, body, code)
    assert amazon.world.ledger.confirmed == []
    return told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"packageReferenceId": 1}, "invalid type [packageDetail.packageReferenceId]"),
        ({"packageReferenceId": "0"}, "must be a positive numeric value"),
        ({"packageReferenceId": "parcel-1"}, "must be a positive numeric value"),
        ({"packageReferenceId": ""}, "is required"),
        ({"carrierCode": ""}, "is required"),
        ({"carrierCode": "Other"}, "carrierName"),
        ({"trackingNumber": None}, "invalid type"),
        ({"shipDate": "02/21/2022"}, "ISO 8601"),
        ({"orderItems": {"orderItemId": "1", "quantity": 1}}, "invalid type"),
        ({"orderItems": []}, "at least one"),
        ({"orderItems": [{"orderItemId": "1", "quantity": 1}]}, "OrderItemId 1 is invalid"),
    ],
)
async def test_a_confirmation_that_breaks_the_rules_is_refused(change: dict[str, Any], said: str) -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 1))
        assert said in await refused(amazon, order, amazon.package(order, (0, 1), **change))


@pytest.mark.parametrize("quantity", [0, -1, 3, "1", 1.5, True])
async def test_a_quantity_must_be_left_to_ship(quantity: Any) -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 2))
        await refused(amazon, order, amazon.package(order, (0, quantity)))


async def test_what_is_in_one_package_cannot_be_in_another() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 2))
        await amazon.confirm(order, (0, 2))
        path = f"/orders/v0/orders/{order.order_id}/shipmentConfirmation"
        assert "exceeds" in await amazon.refused("POST", path, amazon.package(order, (0, 1), packageReferenceId="2"))
        amazon.pass_time(91)
        told = await amazon.refused("POST", path, amazon.package(order, (0, 1), packageReferenceId="2"))
        assert "PackageToUpdateNotFound" in told


async def test_goods_leave_after_the_purchase_and_not_in_the_future() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 1))
        for apart in (timedelta(hours=1), timedelta(hours=-1)):
            day = (amazon.world.clock.now() + apart).isoformat()
            assert "shipDate" in await refused(amazon, order, amazon.package(order, (0, 1), shipDate=day))


async def test_pending_cancelled_foreign_and_unknown_orders_cannot_be_confirmed() -> None:
    async with amazon_bench() as amazon:
        pending = await amazon.sell((A, 1), paid=False)
        assert "PENDING" in await refused(amazon, pending, amazon.package(pending, (0, 1)))
        theirs = await amazon.sell((A, 1), by_platform=True)
        assert "fulfilled by Amazon" in await refused(amazon, theirs, amazon.package(theirs, (0, 1)))
        gone = await amazon.sell((A, 1))
        await amazon.platform.cancel(gone.order_id)
        assert "CANCELLED" in await refused(amazon, gone, amazon.package(gone, (0, 1)))
        order = await amazon.sell((A, 1))
        elsewhere = amazon.package(order, (0, 1)) | {"marketplaceId": DE}
        assert "marketplace" in await refused(amazon, order, elsewhere)
        path = "/orders/v0/orders/402-0000000-0000000/shipmentConfirmation"
        await amazon.refused("POST", path, amazon.package(order, (0, 1)), 404)


async def test_prime_orders_are_confirmed_by_their_label() -> None:
    async with amazon_bench(prime_chance=1.0) as amazon:
        order = await amazon.sell((A, 1))
        assert "label" in await refused(amazon, order, amazon.package(order, (0, 1)))


async def test_an_other_carrier_is_known_by_its_name() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 1))
        await amazon.confirm(order, (0, 1), carrierCode="Other", carrierName="Fietskoerier")
        assert amazon.world.ledger.confirmed[0].carrier == "Fietskoerier"


async def test_what_is_packed_can_no_longer_be_cancelled_by_the_buyer() -> None:
    async with amazon_bench() as amazon:
        order = await amazon.sell((A, 3))
        await amazon.confirm(order, (0, 1))
        await amazon.platform.cancel(order.order_id)
        amazon.pass_time(91)
        shown = await amazon.read(order)
        assert shown["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
        assert shown["orderItems"][0]["fulfillment"]["quantityFulfilled"] == 1
        assert amazon.world.ledger.sales[("amazon", order.order_id)].cancelled_at is None
