"""Totals, statuses and reservations of sales orders: all that follows from their lines."""

from __future__ import annotations

from decimal import Decimal

from hub.sandbox.exact import amounts
from hub.sandbox.exact.amounts import ZERO, Amounts
from hub.sandbox.exact.catalogue import CHARGE_LINES, ORDER_LINES, ORDERS
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.table import Row

OPEN, PARTIAL, COMPLETE = 12, 20, 21
STATUS_TEXTS = {OPEN: "Open", PARTIAL: "Partial", COMPLETE: "Complete", 45: "Cancelled"}


def reserve(division: Division, order: Row, line: Row, quantity: Decimal) -> None:
    """Let planned and reserved stock rise (or fall) with the open quantity of a line."""
    if quantity and line["Quantity"] > 0 and division.table("logistics/Items").rows[line["Item"]]["IsStockItem"]:
        division.move(line["Item"], order["WarehouseID"], PlanningOut=quantity, ReservedStock=quantity)


def open_quantity(line: Row) -> Decimal:
    """Return what is still to be delivered on a line."""
    if line.get("DeliveryStatus") == COMPLETE:
        return ZERO
    left: Decimal = line["Quantity"] - line["QuantityDelivered"]
    return max(left, ZERO) if line["Quantity"] > 0 else ZERO


def refresh(office: Office, division: Division, order: Row) -> None:
    """Recompute totals and statuses of an order, store it anew, and tell of it."""
    lines = division.table(ORDER_LINES.table).of(order["OrderID"])
    charges = division.table(CHARGE_LINES.table).of(order["OrderID"])
    _total(order, lines, charges)
    for line in lines:
        _line_status(order, line)
        division.touch(ORDER_LINES.table, line)
    order["DeliveryStatus"] = _summary([line["DeliveryStatus"] for line in lines])
    order["InvoiceStatus"] = _summary([line["InvoiceStatus"] for line in lines])
    both = {order["DeliveryStatus"], order["InvoiceStatus"]}
    order["Status"] = both.pop() if len(both) == 1 else PARTIAL
    for name in ("Status", "DeliveryStatus", "InvoiceStatus"):
        order[f"{name}Description"] = STATUS_TEXTS[order[name]]
    division.touch(ORDERS.table, order)
    division.changed("SalesOrders", order["OrderID"], f"salesorder/SalesOrders(guid'{order['OrderID']}')")
    office.note_order(order, lines)


def _total(order: Row, lines: list[Row], charges: list[Row]) -> None:
    goods = amounts.total(Amounts(line["AmountFC"], line["VATAmount"]) for line in lines)
    costs = amounts.total(Amounts(charge["AmountFCExclVAT"], charge["AmountVATFC"]) for charge in charges)
    including, excluding = _discounted(order, goods)
    order["AmountFC"] = order["AmountDC"] = including + costs.including
    order["AmountFCExclVat"] = excluding + costs.excluding
    order["VATAmount"] = order["AmountFC"] - order["AmountFCExclVat"]


def _discounted(order: Row, goods: Amounts) -> tuple[Decimal, Decimal]:
    including, excluding = goods.including, goods.excluding
    if fraction := order.get("Discount"):
        return amounts.cents(including * (1 - fraction)), amounts.cents(excluding * (1 - fraction))
    ratio = excluding / including if including else Decimal(1)
    off, off_excluding = order.get("AmountDiscount"), order.get("AmountDiscountExclVat")
    if off_excluding is not None and off is None:
        off = amounts.cents(off_excluding / ratio) if ratio else off_excluding
    off = off or ZERO
    if off_excluding is None:
        off_excluding = amounts.cents(off * ratio)
    return including - off, excluding - off_excluding


def _line_status(order: Row, line: Row) -> None:
    line["DeliveryStatus"] = _progress(line, "QuantityDelivered", bool(order.get("_delivery_closed")))
    line["InvoiceStatus"] = _progress(line, "QuantityInvoiced", bool(order.get("_invoice_closed")))
    both = {line["DeliveryStatus"], line["InvoiceStatus"]}
    line["OrderStatus"] = both.pop() if len(both) == 1 else PARTIAL
    line["StatusDescription"] = STATUS_TEXTS[line["OrderStatus"]]
    for name in ("DeliveryStatus", "InvoiceStatus"):
        line[f"{name}Description"] = STATUS_TEXTS[line[name]]


def _progress(line: Row, field: str, closed: bool) -> int:
    if closed or abs(line[field]) >= abs(line["Quantity"]):
        return COMPLETE
    return PARTIAL if line[field] else OPEN


def _summary(statuses: list[int]) -> int:
    if all(status == COMPLETE for status in statuses):
        return COMPLETE
    return OPEN if all(status == OPEN for status in statuses) else PARTIAL
