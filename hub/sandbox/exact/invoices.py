"""Sales invoices made from sales orders, as far as the order flow needs them."""

from __future__ import annotations

from decimal import Decimal

from hub.sandbox.exact import amounts
from hub.sandbox.exact.amounts import ZERO, Amounts
from hub.sandbox.exact.catalogue import ENTITIES, INVOICES, ORDER_LINES, ORDERS
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
    created, errors = 0, []
    for wanted in values["SalesOrderIDs"]:
        order = division.table(ORDERS.table).get(wanted.get("ID") if isinstance(wanted, dict) else None)
        if order is not None and _invoice(office, division, order, values):
            created += 1
        else:
            errors.append(str(wanted))
    result = {"ID": division.new_guid("invoicing"), "NumberOfCreatedInvoices": created}
    return values | result | {"NumberOfFailedInvoices": len(errors), "Errors": "\r\n".join(errors) or None}


def _invoice(office: Office, division: Division, order: Row, values: Row) -> bool:
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
    sums = amounts.total(_invoice_line(division, invoice, *each) for each in due)
    invoice |= {"AmountFC": sums.including, "AmountDC": sums.including, "AmountFCExclVat": sums.excluding}
    invoice |= {"VATAmountFC": sums.vat, "VATAmountDC": sums.vat}
    division.insert(INVOICES.table, invoice)
    division.changed("SalesInvoices", invoice["InvoiceID"], f"{INVOICES.path}(guid'{invoice['InvoiceID']}')")
    refresh(office, division, order)
    return True


def _invoice_line(division: Division, invoice: Row, line: Row, quantity: Decimal) -> Amounts:
    share = quantity / line["Quantity"] if line["Quantity"] else ZERO
    sums = Amounts(amounts.cents(line["AmountFC"] * share), amounts.cents(line["VATAmount"] * share))
    line["QuantityInvoiced"] += quantity
    kept = ("Item", "ItemCode", "ItemDescription", "VATCode", "VATPercentage", "NetPrice", "UnitPrice", "UnitCode")
    row = {name: line.get(name) for name in kept} | {"Quantity": quantity, "InvoiceID": invoice["InvoiceID"]}
    row |= {"ID": division.new_guid("invoice-line"), "SalesOrder": line["OrderID"], "SalesOrderLine": line["ID"]}
    row |= {"SalesOrderNumber": line["OrderNumber"], "SalesOrderLineNumber": line["LineNumber"]}
    row |= {"AmountFC": sums.excluding, "AmountDC": sums.excluding, "VATAmountFC": sums.vat, "LineNumber": 1}
    division.insert("salesinvoice/SalesInvoiceLines", row)
    return sums
