"""Lines of sales orders: priced, placed, changed, removed."""

from __future__ import annotations

from decimal import Decimal

from hub.sandbox.exact import amounts
from hub.sandbox.exact.amounts import ZERO, Amounts
from hub.sandbox.exact.catalogue import ORDER_LINES, ORDERS
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.errors import PROCESSED, Refusal, bad_reference
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.order_checks import check_line
from hub.sandbox.exact.order_status import COMPLETE, open_quantity, refresh, reserve
from hub.sandbox.exact.payload import missing
from hub.sandbox.exact.table import Row


def price_line(division: Division, line: Row) -> Amounts:
    """Compute a line's prices and amounts in place; the price engine decides where no price was posted."""
    item = division.table("logistics/Items").rows[line["Item"]]
    code = division.table("vat/VATCodes").first(Code=line["VATCode"])
    quantity = line["Quantity"] = Decimal(1) if line.get("Quantity") is None else line["Quantity"]
    unit, net = line.get("UnitPrice"), line.get("NetPrice")
    if net is None:
        unit = item["StandardSalesPrice"] if unit is None else unit
        net = unit * (1 - (line.get("Discount") or ZERO))
    line["NetPrice"], line["UnitPrice"] = net, net if unit is None else unit
    sums = amounts.from_price(code, quantity * net, line.get("VATAmount"))
    line |= {"AmountFC": sums.excluding, "AmountDC": sums.excluding, "VATAmount": sums.vat}
    line |= {"VATPercentage": amounts.rate_of(code), "VATCodeDescription": code["Description"] if code else None}
    return sums


def place_line(division: Division, order: Row, line: Row, number: int) -> None:
    """Store a priced line of an order and reserve its stock."""
    item = division.table("logistics/Items").rows[line["Item"]]
    line |= {"ID": division.new_guid("order-line"), "OrderID": order["OrderID"], "OrderNumber": order["OrderNumber"]}
    line |= {"LineNumber": number, "ItemCode": item["Code"], "ItemDescription": item["Description"]}
    line |= {"QuantityDelivered": ZERO, "QuantityInvoiced": ZERO, "UnitCode": item["Unit"], "UnitDescription": "Piece"}
    line |= {"UseDropShipment": 0, "DeliveryDate": line.get("DeliveryDate") or order["DeliveryDate"]}
    if line.get("Description") is None:
        line["Description"] = item["Description"]
    division.insert(ORDER_LINES.table, line)
    reserve(division, order, line, line["Quantity"])


def add_line(office: Office, division: Division, values: Row) -> Row:
    """Add a line to an open order."""
    faults = missing(ORDER_LINES, values)
    if faults:
        raise Refusal(500, *faults)
    order = open_order(division, values["OrderID"])
    check = office.references(division)
    check_line(division, values, check)
    check.settle()
    price_line(division, values)
    place_line(division, order, values, 1 + len(division.table(ORDER_LINES.table).of(order["OrderID"])))
    refresh(office, division, order)
    return values


def update_line(office: Office, division: Division, line: Row, values: Row) -> None:
    """Change a line of an open order; its reservation follows."""
    order = open_order(division, line["OrderID"])
    changed = line | {name: value for name, value in values.items() if name not in ("Item", "OrderID", "OrderNumber")}
    if "VATAmount" not in values:
        changed["VATAmount"] = None
    check = office.references(division)
    check_line(division, changed, check)
    check.settle()
    price_line(division, changed)
    if changed["Quantity"] < max(line["QuantityDelivered"], line["QuantityInvoiced"]):
        raise Refusal(500, PROCESSED)
    before = open_quantity(line)
    line.update(changed)
    reserve(division, order, line, open_quantity(line) - before)
    refresh(office, division, order)


def remove_line(office: Office, division: Division, line: Row) -> None:
    """Delete a line of which nothing is delivered or invoiced."""
    order = open_order(division, line["OrderID"])
    if line["QuantityDelivered"] or line["QuantityInvoiced"]:
        raise Refusal(500, PROCESSED)
    reserve(division, order, line, -open_quantity(line))
    division.delete(ORDER_LINES.table, line["ID"])
    refresh(office, division, order)


def open_order(division: Division, order_id: str) -> Row:
    """Return an order that may still be changed; Refusal 500 for any other."""
    order = division.table(ORDERS.table).get(order_id)
    if order is None:
        raise Refusal(500, bad_reference("OrderID"))
    if order["Status"] == COMPLETE:
        raise Refusal(500, PROCESSED)
    return order
