"""bol.com's shipments: accepted at once, true only when they succeed, counted unit by unit."""

from __future__ import annotations

from typing import Any

import pytest

from hub.sandbox.bol.switches import Switches
from hub.sandbox.ledger import Units
from tests.sandbox.bol_bench import BolBench, bol_bench

A, B = "ART-00001", "ART-00002"


def stocked(**more: Any) -> Switches:
    return Switches(starting_stock=True, **more)


def parcel(*items: Any, tracking: str = "3S1", **more: Any) -> dict[str, Any]:
    """A shipment request for (item id, quantity) pairs; quantity None leaves it out."""
    listed = [{"orderItemId": item} | ({} if quantity is None else {"quantity": quantity}) for item, quantity in items]
    return {"orderItems": listed, "transport": {"transporterCode": "TNT", "trackAndTrace": tracking}} | more


async def ship(bol: BolBench, body: dict[str, Any]) -> Any:
    return await bol.finished(await bol.ask("POST", "/retailer/shipments", body))


async def item_of(bol: BolBench, sku: str = A, quantity: int = 1) -> tuple[str, str]:
    order = await bol.sell(sku, quantity)
    return order["orderId"], order["orderItems"][0]["orderItemId"]


async def test_nothing_shows_before_the_process_succeeds() -> None:
    async with bol_bench(stocked()) as bol:
        order_id, item = await item_of(bol)
        accepted = await bol.ask("POST", "/retailer/shipments", parcel((item, 1)))
        assert (accepted.status_code, accepted.json()["status"]) == (202, "PENDING")
        assert await bol.get("/retailer/shipments") == {}
        assert bol.world.ledger.confirmed == []
        assert (await bol.finished(accepted))["status"] == "SUCCESS"
        (shipment,) = (await bol.get(f"/retailer/shipments?order-id={order_id}"))["shipments"]
        detail = await bol.get(f"/retailer/shipments/{shipment['shipmentId']}")
        assert detail["transport"]["trackAndTrace"] == "3S1"
        assert detail["shipmentItems"][0]["quantityShipped"] == 1
        (confirmed,) = bol.world.ledger.confirmed
        assert (confirmed.external_id, confirmed.tracking, confirmed.carrier) == (order_id, "3S1", "TNT")
        assert confirmed.units == (Units(A, 1),)
        assert bol.platform.open_orders() == []


async def test_partial_shipments_count_until_the_item_is_handled() -> None:
    async with bol_bench(stocked()) as bol:
        order_id, item = await item_of(bol, quantity=3)
        await ship(bol, parcel((item, 1), tracking="3S1"))
        assert bol.platform.open_orders() == [order_id]
        await ship(bol, parcel((item, None), tracking="3S2"))
        assert bol.platform.open_orders() == []
        quantities = [note.units[0].quantity for note in bol.world.ledger.confirmed]
        assert quantities == [1, 2]
        (row,) = (await bol.get("/retailer/orders?status=SHIPPED"))["orders"]
        assert row["orderItems"][0]["fulfilmentStatus"] == "HANDLED"


async def test_repeating_a_shipment_with_a_quantity_ships_again() -> None:
    async with bol_bench(stocked()) as bol:
        _, item = await item_of(bol, quantity=2)
        for _ in range(2):
            assert (await ship(bol, parcel((item, 1))))["status"] == "SUCCESS"
        assert (await ship(bol, parcel((item, 1))))["status"] == "FAILURE"


async def test_shipping_more_than_is_open_fails_and_ships_nothing() -> None:
    async with bol_bench(stocked()) as bol:
        _, item = await item_of(bol, quantity=2)
        status = await ship(bol, parcel((item, 3)))
        assert status["status"] == "FAILURE"
        assert "exceeds" in status["errorMessage"]
        assert bol.world.ledger.confirmed == []


async def test_items_of_two_orders_cannot_share_a_shipment() -> None:
    async with bol_bench(stocked()) as bol:
        (_, one), (_, other) = await item_of(bol), await item_of(bol, B)
        assert (await ship(bol, parcel((one, 1), (other, 1))))["status"] == "FAILURE"


async def test_a_cancelled_item_cannot_be_shipped() -> None:
    async with bol_bench(stocked()) as bol:
        order_id, item = await item_of(bol)
        await bol.platform.cancel(order_id)
        assert (await ship(bol, parcel((item, 1))))["status"] == "FAILURE"


async def test_shipping_despite_a_cancellation_request_refuses_the_request() -> None:
    async with bol_bench(stocked()) as bol:
        order_id, item = await item_of(bol)
        await bol.platform.request_cancellation(order_id)
        assert (await ship(bol, parcel((item, 1))))["status"] == "SUCCESS"


@pytest.mark.parametrize(
    "body",
    [
        parcel(),
        parcel(*[(str(number), 1) for number in range(101)]),
        parcel(("1", 0)),
        parcel(("", 1)),
        parcel(("1", 1), shipmentReference=""),
        parcel(("1", 1), shipmentReference="x" * 91),
        parcel(("1", 1), shippingLabelId="label"),
        parcel(("1", 1), transport=None),
        parcel(("1", 1), transport={"trackAndTrace": "3S"}),
    ],
)
async def test_a_shipment_that_breaks_the_specification_is_refused(body: dict[str, Any]) -> None:
    async with bol_bench() as bol:
        answer = await bol.ask("POST", "/retailer/shipments", body)
        assert answer.status_code == 400
        assert answer.json()["violations"]


async def test_the_reference_of_a_shipment_comes_back() -> None:
    async with bol_bench(stocked()) as bol:
        _, item = await item_of(bol)
        await ship(bol, parcel((item, 1), shipmentReference="parcel-7"))
        assert (await bol.get("/retailer/shipments"))["shipments"][0]["shipmentReference"] == "parcel-7"


async def test_a_tracking_code_can_be_filled_in_later() -> None:
    async with bol_bench(stocked()) as bol:
        _, item = await item_of(bol)
        await ship(bol, parcel((item, 1), transport={"transporterCode": "OTHER"}))
        (shipment,) = (await bol.get("/retailer/shipments"))["shipments"]
        path = f"/retailer/transports/{shipment['transport']['transportId']}"
        change = {"trackAndTrace": "3S9", "transporterCode": "TNT"}
        assert (await bol.finished(await bol.ask("PUT", path, change)))["status"] == "SUCCESS"
        detail = await bol.get(f"/retailer/shipments/{shipment['shipmentId']}")
        assert detail["transport"]["trackAndTrace"] == "3S9"
        (confirmed,) = bol.world.ledger.confirmed
        assert (confirmed.tracking, confirmed.carrier) == ("3S9", "TNT")


async def test_an_unknown_transport_fails_later_and_an_empty_code_at_once() -> None:
    async with bol_bench() as bol:
        late = await bol.ask("PUT", "/retailer/transports/1", {"trackAndTrace": "3S"})
        assert (await bol.finished(late))["status"] == "FAILURE"
        assert (await bol.ask("PUT", "/retailer/transports/1", {})).status_code == 400


async def test_process_statuses_are_found_by_entity_newest_first() -> None:
    async with bol_bench(stocked()) as bol:
        _, item = await item_of(bol, quantity=2)
        await ship(bol, parcel((item, 1)))
        await ship(bol, parcel((item, 2)))
        found = await bol.get(f"/shared/process-status?entity-id={item}&event-type=CREATE_SHIPMENT")
        assert [each["status"] for each in found["processStatuses"]] == ["FAILURE", "SUCCESS"]
        assert (await bol.ask("GET", f"/shared/process-status?entity-id={item}")).status_code == 400


async def test_one_call_reads_up_to_a_thousand_process_statuses_and_leaves_out_the_unknown() -> None:
    async with bol_bench(stocked()) as bol:
        _, item = await item_of(bol)
        known = (await bol.ask("POST", "/retailer/shipments", parcel((item, 1)))).json()["processStatusId"]
        asked = [{"processStatusId": each} for each in (known, "nobody")]
        found = (await bol.ask("POST", "/shared/process-status", {"processStatusQueries": asked})).json()
        assert [each["processStatusId"] for each in found["processStatuses"]] == [known]
        too_many = {"processStatusQueries": asked * 501}
        assert (await bol.ask("POST", "/shared/process-status", too_many)).status_code == 400


async def test_a_process_status_is_forgotten_after_a_day() -> None:
    async with bol_bench(stocked()) as bol:
        _, item = await item_of(bol)
        status = await ship(bol, parcel((item, 1)))
        bol.pass_time(86_500)
        await bol.renew()
        assert (await bol.ask("GET", f"/shared/process-status/{status['processStatusId']}")).status_code == 404
