"""Stock in Exact: reservations, deliveries, receipts, and FreeStock by a formula of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.sandbox.exact_bench import ExactBench, said


async def deliver(exact: ExactBench, line: dict[str, Any], quantity: float, **header: Any) -> dict[str, Any]:
    body = {"DeliveryDate": "2026-11-23T00:00:00", "GoodsDeliveryLines": [
        {"SalesOrderLineID": line["ID"], "QuantityDelivered": quantity}
    ]} | header  # fmt: skip
    answer = await exact.post("salesorder/GoodsDeliveries", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["d"]
    return made


def main_row(exact: ExactBench, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(row for row in rows if (row["ItemCode"], row["WarehouseCode"]) == ("ART-00001", "AMS"))


async def test_an_open_order_line_reserves_in_the_main_warehouse(exact: ExactBench) -> None:
    before = main_row(exact, await exact.rows("sync/Inventory/StockPositions"))
    await exact.order({"Quantity": 4})
    after = main_row(
        exact, await exact.rows("sync/Inventory/StockPositions", filter=f"Timestamp gt {before['Timestamp']}L")
    )
    assert (after["PlanningOut"], after["ReservedStock"]) == (4, 4)
    assert after["CurrentStock"] == before["CurrentStock"]
    assert after["FreeStock"] == before["FreeStock"] - 4
    assert after["ID"] == before["ID"]


async def test_a_delivery_lowers_stock_and_reservation_and_leaves_free_stock_alone(exact: ExactBench) -> None:
    order = await exact.order({"Quantity": 4})
    reserved = await exact.position()
    await deliver(exact, (await exact.lines(order))[0], 3)
    after = await exact.position()
    assert after["InStock"] == reserved["InStock"] - 3
    assert (after["ReservedStock"], after["FreeStock"]) == (1, reserved["FreeStock"])


async def test_the_candidates_for_free_stock_differ_and_can_be_switched(exact: ExactBench) -> None:
    row = exact.books.position(exact.item(), exact.books.guid("warehouse", "AMS"))
    exact.books.move(row["ItemId"], row["Warehouse"], PlanningIn=Decimal(10), PlanningOut=Decimal(3))
    first = (await exact.position())["FreeStock"]
    exact.books.use_formula("current-planned-out")
    second = (await exact.position())["FreeStock"]
    exact.books.use_formula("projected")
    third = (await exact.position())["FreeStock"]
    assert (second - first, third - first) == (-3, 7)


async def test_item_warehouses_speak_of_the_same_stock_without_free_stock(exact: ExactBench) -> None:
    await exact.order({"Quantity": 4})
    row = main_row(exact, await exact.rows("inventory/ItemWarehouses", filter=f"Item eq guid'{exact.item()}'"))
    assert (row["PlannedStockOut"], row["ReservedStock"]) == (4, 4)
    assert "FreeStock" not in row


async def test_a_service_item_takes_no_stock(exact: ExactBench) -> None:
    await exact.order({"Item": exact.item("SHIPPING"), "Quantity": 1, "NetPrice": 4.95})
    rows = await exact.rows("sync/Inventory/StockPositions")
    assert {row["ReservedStock"] for row in rows} == {0}


async def test_a_partial_delivery_makes_the_order_partial_and_the_rest_completes_it(exact: ExactBench) -> None:
    order = await exact.order({"Quantity": 2})
    line = (await exact.lines(order))[0]
    path = f"salesorder/SalesOrders(guid'{order['OrderID']}')"
    await deliver(exact, line, 1)
    partly = (await exact.get(path)).json()["d"]
    assert (partly["DeliveryStatus"], partly["InvoiceStatus"], partly["Status"]) == (20, 12, 20)
    await deliver(exact, line, 1)
    assert (await exact.get(path)).json()["d"]["DeliveryStatus"] == 21
    refused = await exact.delete(path)
    assert (refused.status_code, said(refused)) == (500, "Reeds verwerkt")


async def test_more_than_is_open_cannot_be_delivered(exact: ExactBench) -> None:
    line = (await exact.lines(await exact.order({"Quantity": 2})))[0]
    body = {
        "DeliveryDate": "2026-11-23",
        "GoodsDeliveryLines": [{"SalesOrderLineID": line["ID"], "QuantityDelivered": 3}],
    }
    answer = await exact.post("salesorder/GoodsDeliveries", body)
    assert (answer.status_code, said(answer)) == (500, "Ongeldig: Aantal geleverd")


async def test_missing_fields_of_a_delivery_are_named_together(exact: ExactBench) -> None:
    answer = await exact.post("salesorder/GoodsDeliveries", {"GoodsDeliveryLines": [{"TrackingNumber": "X"}]})
    assert said(answer) == "Verplicht: Leverdatum\r\nVerplicht: Aantal geleverd\r\nVerplicht: Verkooporderregel"


async def test_the_tracking_number_can_come_later(exact: ExactBench) -> None:
    line = (await exact.lines(await exact.order({"Quantity": 2}, YourRef="WEB-1")))[0]
    entry = await deliver(exact, line, 2)
    assert entry["TrackingNumber"] is None
    path = f"salesorder/GoodsDeliveries(guid'{entry['EntryID']}')"
    assert (await exact.put(path, {"TrackingNumber": "3SABC"})).status_code == 204
    assert (await exact.get(path)).json()["d"]["TrackingNumber"] == "3SABC"
    assert [note.tracking for note in exact.sandbox.world.ledger.delivered] == ["3SABC"]
    synced = await exact.rows("sync/SalesOrder/GoodsDeliveries", filter=f"Timestamp gt {entry.get('Timestamp', 1)}L")
    assert synced[-1]["TrackingNumber"] == "3SABC"


async def test_one_delivery_may_hold_lines_of_several_orders_and_tracking_on_a_line(exact: ExactBench) -> None:
    lines = [(await exact.lines(await exact.order({"Quantity": 1})))[0] for _ in range(2)]
    body = {
        "DeliveryDate": "2026-11-23T00:00:00",
        "TrackingNumber": "HEAD",
        "ShippingMethod": exact.books.guid("shipping", "DHL"),
        "GoodsDeliveryLines": [
            {"SalesOrderLineID": lines[0]["ID"], "QuantityDelivered": 1, "TrackingNumber": "LINE"},
            {"SalesOrderLineID": lines[1]["ID"], "QuantityDelivered": 1},
        ],
    }
    made = (await exact.post("salesorder/GoodsDeliveries", body)).json()["d"]
    assert made["ShippingMethodCode"] == "DHL"
    assert {name for name in made if "SalesOrder" in name} == set(), "the header names no order"
    rows = await exact.rows("salesorder/GoodsDeliveryLines", filter=f"EntryID eq guid'{made['EntryID']}'")
    assert {row["SalesOrderNumber"] for row in rows} == {line["OrderNumber"] for line in lines}
    assert sorted(note.tracking or "" for note in exact.sandbox.world.ledger.delivered) == ["HEAD", "LINE"]


async def test_deliveries_cannot_be_deleted_nor_get_lines_of_their_own(exact: ExactBench) -> None:
    line = (await exact.lines(await exact.order()))[0]
    entry = await deliver(exact, line, 1)
    assert (await exact.delete(f"salesorder/GoodsDeliveries(guid'{entry['EntryID']}')")).status_code == 403
    more = {"EntryID": entry["EntryID"], "SalesOrderLineID": line["ID"], "QuantityDelivered": 1}
    assert (await exact.post("salesorder/GoodsDeliveryLines", more)).status_code == 403


async def test_sync_twins_name_what_the_single_endpoints_name_otherwise(exact: ExactBench) -> None:
    order = await exact.order()
    header = (await exact.rows("sync/SalesOrder/SalesOrderHeaders"))[-1]
    line = (await exact.rows("sync/SalesOrder/SalesOrderLines"))[-1]
    assert header["ID"] == header["OrderID"] == order["OrderID"]
    assert line["Status"] == 12
    assert "OrderStatus" not in line


async def test_row_versions_begin_anew_when_a_division_moves(exact: ExactBench) -> None:
    before = int((await exact.rows("sync/Inventory/StockPositions"))[0]["Timestamp"])
    await exact.client.post("/_control/move-division")
    after = int((await exact.rows("sync/Inventory/StockPositions"))[0]["Timestamp"])
    assert after < before
    divisions = {row["Code"]: row["DivisionMoveDate"] for row in await exact.rows("system/Divisions")}
    assert divisions[123456] is not None
    assert divisions[654321] is None


async def test_row_versions_of_other_divisions_go_on_when_one_moves(exact: ExactBench) -> None:
    other = exact.platform.office.divisions[654321]
    before = other.versions.last
    await exact.client.post("/_control/move-division")
    assert other.versions.last == before
