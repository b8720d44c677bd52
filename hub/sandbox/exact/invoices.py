"""Sales invoices made from sales orders, as far as the order flow needs them."""

from __future__ import annotations

from decimal import Decimal

from hub.sandbox.exact import amounts
from hub.sandbox.exact.amounts import ZERO, Amounts
from hub.sandbox.exact.catalogue import (
    CHARGE_LINES,
    ENTITIES,
    INVOICE_CHARGES,
    INVOICE_LINES,
    INVOICES,
    ORDER_LINES,
    ORDERS,
)
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.errors import Refusal, bad_reference, invalid
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.order_status import refresh
from hub.sandbox.exact.payload import missing
from hub.sandbox.exact.table import Row

MOST_LINES = 500
_ENTITY = ENTITIES["salesinvoice/InvoiceSalesOrders"]


def invoice_orders(office: Office, division: Division, values: Row) -> Row:
    """Invoice what is delivered (mode 0) or ordered (mode 1); failures are counted in the answer, which is 201."""
    faults = missing(_ENTITY, values)
    if faults:
        raise Refusal(500, *faults)
    if values["CreateMode"] not in (0, 1) or values["InvoiceMode"] not in (0, 1):
        raise Refusal(500, invalid("CreateMode"))
    if division.table("financial/Journals").first(Code=values["JournalCode"].strip(), Type=20) is None:
        raise Refusal(500, bad_reference("JournalCode"))
    _must_be_few(division, values["SalesOrderIDs"])
    created, errors = 0, []
    for wanted in values["SalesOrderIDs"]:
        order = division.table(ORDERS.table).get(wanted.get("ID") if isinstance(wanted, dict) else None)
        if order is not None and _invoice(office, division, order, values):
            created += 1
        else:
            errors.append(str(wanted))
    result = {"ID": division.new_guid("invoicing"), "NumberOfCreatedInvoices": created}
    return values | result | {"NumberOfFailedInvoices": len(errors), "Errors": "\r\n".join(errors) or None}


def _must_be_few(division: Division, wanted: list[object]) -> None:
    ids = [str(one.get("ID")) for one in wanted if isinstance(one, dict)]
    if sum(len(division.table(ORDER_LINES.table).of(one)) for one in ids) > MOST_LINES:
        raise Refusal(500, invalid("SalesOrderIDs"))


def _invoice(office: Office, division: Division, order: Row, values: Row) -> bool:
    """Invoice what is due of an order; its charges go with the first invoice."""
    lines = division.table(ORDER_LINES.table).of(order["OrderID"])
    source = "Quantity" if values["InvoiceMode"] == 1 else "QuantityDelivered"
    due = [(line, line[source] - line["QuantityInvoiced"]) for line in lines]
    due = [(line, quantity) for line, quantity in due if quantity]
    if not due or len(due) > MOST_LINES:
        return False
    invoice: Row = {name: order.get(name) for name in INVOICES.fields if name in order}
    invoice |= {"InvoiceID": division.new_guid("invoice"), "InvoiceNumber": next(division.invoice_numbers)}
    invoice |= {"Journal": values["JournalCode"], "InvoiceDate": values.get("UserInvoiceDate") or division.now()}
    invoice |= {"Status": 20, "StatusDescription": "Open", "Type": 8020, "TypeDescription": "Sales invoice"}
    first = not any(line["QuantityInvoiced"] for line in lines)
    charges = division.table(CHARGE_LINES.table).of(order["OrderID"]) if first else []
    goods = [_invoice_line(division, invoice, *each, number) for number, each in enumerate(due, 1)]
    sums = amounts.total([*goods, *(_invoice_charge(division, invoice, charge) for charge in charges)])
    invoice |= {"AmountFC": sums.including, "AmountDC": sums.including, "AmountFCExclVat": sums.excluding}
    invoice |= {"VATAmountFC": sums.vat, "VATAmountDC": sums.vat}
    division.insert(INVOICES.table, invoice)
    division.changed("SalesInvoices", invoice["InvoiceID"], f"{INVOICES.path}(guid'{invoice['InvoiceID']}')")
    office.note_invoice(invoice, division.table(INVOICE_LINES.table).of(invoice["InvoiceID"]))
    refresh(office, division, order)
    return True


def _invoice_charge(division: Division, invoice: Row, charge: Row) -> Amounts:
    row = {name: charge.get(name) for name in INVOICE_CHARGES.fields if name in charge}
    row |= {"ID": division.new_guid("invoice-charge"), "InvoiceID": invoice["InvoiceID"]}
    division.insert(INVOICE_CHARGES.table, row)
    return Amounts(charge["AmountFCExclVAT"], charge["AmountVATFC"])


def _invoice_line(division: Division, invoice: Row, line: Row, quantity: Decimal, number: int) -> Amounts:
    """Invoice a part of a line such that all parts come to the whole."""
    before, after = line["QuantityInvoiced"], line["QuantityInvoiced"] + quantity
    sums = Amounts(_step(line, "AmountFC", before, after), _step(line, "VATAmount", before, after))
    line["QuantityInvoiced"] = after
    kept = ("Item", "ItemCode", "ItemDescription", "VATCode", "VATPercentage", "NetPrice", "UnitPrice", "UnitCode")
    row = {name: line.get(name) for name in kept} | {"Quantity": quantity, "InvoiceID": invoice["InvoiceID"]}
    row |= {"ID": division.new_guid("invoice-line"), "SalesOrder": line["OrderID"], "SalesOrderLine": line["ID"]}
    row |= {"SalesOrderNumber": line["OrderNumber"], "SalesOrderLineNumber": line["LineNumber"]}
    row |= {"AmountFC": sums.excluding, "AmountDC": sums.excluding, "VATAmountFC": sums.vat, "LineNumber": number}
    division.insert(INVOICE_LINES.table, row)
    return sums


def _step(line: Row, field: str, before: Decimal, after: Decimal) -> Decimal:
    return _up_to(line, field, after) - _up_to(line, field, before)


def _up_to(line: Row, field: str, quantity: Decimal) -> Decimal:
    return amounts.cents(line[field] * quantity / line["Quantity"]) if line["Quantity"] else ZERO
