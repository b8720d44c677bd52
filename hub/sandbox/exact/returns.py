"""Planned sales returns: goods of a delivery that come back; stock rises when the return is processed."""

from __future__ import annotations

from decimal import Decimal

from hub.sandbox.exact import amounts
from hub.sandbox.exact.amounts import ZERO
from hub.sandbox.exact.catalogue import DELIVERY_LINES, ORDER_LINES, ORDERS, RETURN_LINES, RETURNS
from hub.sandbox.exact.credit_notes import CREDIT_NOTE, book_invoice
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.errors import PROCESSED, Refusal, invalid
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.payload import References, missing, nested
from hub.sandbox.exact.table import Row

OPEN, PROCESSED_STATUS, BY_API = 20, 50, 2
SALES_JOURNAL = "70"


def create_return(office: Office, division: Division, values: Row) -> Row:
    """Plan a return; Refusal 500 with every fault found."""
    lines = nested(RETURN_LINES, values, "PlannedSalesReturnLines")
    faults = missing(RETURNS, values | {"PlannedSalesReturnLines": lines})
    faults += [fault for line in lines for fault in missing(RETURN_LINES, line)]
    if faults:
        raise Refusal(500, *dict.fromkeys(faults))
    check = office.references(division)
    account = check.wanted("crm/Accounts", "DeliveredTo", values)
    warehouse = check.wanted("inventory/Warehouses", "Warehouse", values)
    for line in lines:
        _check_line(division, line, check)
    check.settle()
    assert account is not None
    assert warehouse is not None
    planned = values | {"PlannedSalesReturnID": division.new_guid("return"), "Status": OPEN, "Source": BY_API}
    planned |= {"ReturnNumber": next(division.return_numbers), "DeliveredToName": account["Name"]}
    planned |= {"WarehouseCode": warehouse["Code"], "WarehouseDescription": warehouse["Description"]}
    planned["ReturnDate"] = values.get("ReturnDate") or division.now()
    division.insert(RETURNS.table, planned)
    for number, line in enumerate(lines, 1):
        _place(division, planned, line, number)
    return planned


def _check_line(division: Division, line: Row, check: References) -> None:
    delivered = check.wanted(DELIVERY_LINES.table, "GoodDeliveryLineID", line)
    if line["CreateCredit"] not in (0, 1):
        check.note(invalid("CreateCredit"))
    if delivered is None:
        return
    if delivered["Item"] != line["Item"]:
        check.note(invalid("Item"))
    planned: Decimal = line["PlannedReturnQuantity"]
    if not 0 < planned <= delivered["QuantityDelivered"] - _planned_before(division, line["GoodDeliveryLineID"]):
        check.note(invalid("PlannedReturnQuantity"))
    if not 0 <= line["ReceivedQuantity"] <= planned:
        check.note(invalid("ReceivedQuantity"))


def _planned_before(division: Division, delivery_line: str) -> Decimal:
    rows = division.table(RETURN_LINES.table).find(GoodDeliveryLineID=delivery_line)
    return sum((row["PlannedReturnQuantity"] for row in rows), ZERO)


def _place(division: Division, planned: Row, line: Row, number: int) -> None:
    delivered = division.table(DELIVERY_LINES.table).rows[line["GoodDeliveryLineID"]]
    line |= {"ID": division.new_guid("return-line"), "PlannedSalesReturnID": planned["PlannedSalesReturnID"]}
    line |= {name: delivered[name] for name in ("ItemCode", "ItemDescription", "SalesOrderLineID", "SalesOrderNumber")}
    line |= {"LineNumber": number, "UnitCode": "pc", "UnitDescription": "Piece"}
    division.insert(RETURN_LINES.table, line)


def delete_return(office: Office, division: Division, planned: Row) -> None:
    """Take back a return that is not processed."""
    if planned["Status"] == PROCESSED_STATUS:
        raise Refusal(500, PROCESSED)
    for line in division.table(RETURN_LINES.table).of(planned["PlannedSalesReturnID"]):
        division.delete(RETURN_LINES.table, line["ID"])
    division.delete(RETURNS.table, planned["PlannedSalesReturnID"])


def process_return(office: Office, division: Division, planned: Row) -> None:
    """Let somebody process a return: what was received is in stock, and what asks for it is credited.

    That Exact credits at this moment, and the received quantity, is the sandbox's own reading.
    """
    if planned["Status"] == PROCESSED_STATUS:
        raise Refusal(500, PROCESSED)
    planned["Status"] = PROCESSED_STATUS
    division.touch(RETURNS.table, planned)
    lines = division.table(RETURN_LINES.table).of(planned["PlannedSalesReturnID"])
    for line in lines:
        division.move(line["Item"], planned["Warehouse"], CurrentStock=line["ReceivedQuantity"])
    credited = [line for line in lines if line["CreateCredit"] == 1 and line["ReceivedQuantity"]]
    for order_id in dict.fromkeys(_ordered(division, line)["OrderID"] for line in credited):
        own = [line for line in credited if _ordered(division, line)["OrderID"] == order_id]
        _credit(office, division, division.table(ORDERS.table).rows[order_id], own)


def _ordered(division: Division, line: Row) -> Row:
    return division.table(ORDER_LINES.table).rows[line["SalesOrderLineID"]]


def _credit(office: Office, division: Division, order: Row, lines: list[Row]) -> None:
    head: Row = {"Type": CREDIT_NOTE, "Journal": SALES_JOURNAL, "OrderedBy": order["OrderedBy"]}
    head |= {"YourRef": order.get("YourRef"), "OrderDate": division.now()}
    book_invoice(office, division, head, [_credit_line(division, line) for line in lines], [])


def _credit_line(division: Division, line: Row) -> Row:
    ordered = _ordered(division, line)
    share = line["ReceivedQuantity"] / ordered["Quantity"]
    row = {name: ordered[name] for name in ("Item", "VATCode", "NetPrice", "Description")}
    row |= {"Quantity": -line["ReceivedQuantity"], "VATAmountFC": -amounts.cents(ordered["VATAmount"] * share)}
    row |= {"SalesOrder": ordered["OrderID"], "SalesOrderLine": ordered["ID"]}
    return row | {"SalesOrderNumber": ordered["OrderNumber"], "SalesOrderLineNumber": ordered["LineNumber"]}
