"""Sales orders: booking, changing, deleting and closing them."""

from __future__ import annotations

from hub.sandbox.exact.catalogue import CHARGE_LINES, ORDER_LINES, ORDERS
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.errors import PROCESSED, Refusal, bad_reference, forbidden_change
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.order_charges import place_charge
from hub.sandbox.exact.order_checks import check_charge, check_line, check_reference_fields, make_header
from hub.sandbox.exact.order_lines import place_line, price_line
from hub.sandbox.exact.order_status import COMPLETE, open_quantity, refresh, reserve
from hub.sandbox.exact.payload import missing, nested
from hub.sandbox.exact.table import Row

_FIXED = ("OrderedBy", "DeliverTo", "InvoiceTo", "OrderNumber")


def create_order(office: Office, division: Division, values: Row) -> Row:
    """Book a sales order with its lines; Refusal 500 with every fault found."""
    lines = nested(ORDER_LINES, values, "SalesOrderLines")
    charges = nested(CHARGE_LINES, values, "SalesOrderOrderChargeLines")
    faults = missing(ORDERS, values | {"SalesOrderLines": lines})
    if faults:
        raise Refusal(500, *faults)
    check = office.references(division)
    order = make_header(office, division, values, check)
    for line in lines:
        check_line(division, line, check)
    for charge in charges:
        check_charge(division, charge, check)
    check.settle()
    return _book(office, division, order, lines, charges)


def _book(office: Office, division: Division, order: Row, lines: list[Row], charges: list[Row]) -> Row:
    order["OrderID"] = division.new_guid("order")
    for line in lines:
        price_line(division, line)
    for number, line in enumerate(lines, 1):
        place_line(division, order, line, number)
    for number, charge in enumerate(charges, 1):
        place_charge(division, order, charge, number)
    order |= {"ApprovalStatus": 1, "ApprovalStatusDescription": "Automatically"}
    division.taken_numbers.add(order["OrderNumber"])
    division.insert(ORDERS.table, order)
    refresh(office, division, order)
    return order


def update_order(office: Office, division: Division, order: Row, values: Row) -> None:
    """Change header fields; accounts and number cannot be changed, a completed order not at all."""
    if order["Status"] == COMPLETE:
        raise Refusal(500, PROCESSED)
    for collection in ("SalesOrderLines", "SalesOrderOrderChargeLines"):
        values.pop(collection, None)
    if changed := [name for name in _FIXED if name in values and values[name] != order[name]]:
        raise Refusal(500, *map(forbidden_change, changed))
    merged = order | values
    check = office.references(division)
    warehouse = order["WarehouseID"]
    check_reference_fields(office, division, merged, check)
    check.settle()
    lines = division.table(ORDER_LINES.table).of(order["OrderID"])
    for line in lines if merged["WarehouseID"] != warehouse else []:
        reserve(division, order, line, -open_quantity(line))
        reserve(division, merged, line, open_quantity(line))
    order.update(merged)
    refresh(office, division, order)


def delete_order(office: Office, division: Division, order: Row) -> None:
    """Remove an order of which nothing is delivered or invoiced; Refusal 500 otherwise."""
    lines = division.table(ORDER_LINES.table).of(order["OrderID"])
    if any(line["QuantityDelivered"] or line["QuantityInvoiced"] for line in lines):
        raise Refusal(500, PROCESSED)
    for line in lines:
        reserve(division, order, line, -open_quantity(line))
        division.delete(ORDER_LINES.table, line["ID"])
    for charge in division.table(CHARGE_LINES.table).of(order["OrderID"]):
        division.delete(CHARGE_LINES.table, charge["ID"])
    division.delete(ORDERS.table, order["OrderID"])
    division.changed("SalesOrders", order["OrderID"], f"salesorder/SalesOrders(guid'{order['OrderID']}')", "Delete")
    office.note_order_gone(order)


def complete_order(office: Office, division: Division, values: Row) -> Row:
    """Close the rest of an order; the answer may carry an ErrorMessage in spite of its 201."""
    result = values | {"Division": division.code, "SuccessMessage": None, "ErrorMessage": None}
    order = division.table(ORDERS.table).get(values["OrderID"])
    if order is None:
        return result | {"ErrorMessage": bad_reference("OrderID").say(office.settings.language)}
    if values.get("CompleteDelivery") and not order.get("_delivery_closed"):
        for line in division.table(ORDER_LINES.table).of(order["OrderID"]):
            reserve(division, order, line, -open_quantity(line))
        order["_delivery_closed"] = True
    if values.get("CompleteInvoice"):
        order["_invoice_closed"] = True
    refresh(office, division, order)
    return result | {"SuccessMessage": f"{order['OrderNumber']}: OK"}
