"""Sales invoices and credit notes that are posted on their own, not made from sales orders."""

from __future__ import annotations

from decimal import Decimal

from hub.sandbox.exact import amounts
from hub.sandbox.exact.amounts import Amounts
from hub.sandbox.exact.catalogue import INVOICE_CHARGES, INVOICE_LINES, INVOICES
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.errors import Refusal, bad_reference, invalid
from hub.sandbox.exact.office import Office
from hub.sandbox.exact.order_checks import check_charge, check_line
from hub.sandbox.exact.payload import References, missing, nested
from hub.sandbox.exact.table import Row

INVOICE, CREDIT_NOTE, DIRECT_INVOICE, DIRECT_CREDIT_NOTE = 8020, 8021, 8023, 8024
TEXTS = {INVOICE: "Sales invoice", CREDIT_NOTE: "Sales credit note"}
OPEN = 20
_DERIVED = frozenset({"GLAccount", "InvoiceID"})


def create_invoice(office: Office, division: Division, values: Row) -> Row:
    """Book an invoice or a credit note; Refusal 500 with every fault found.

    Direct ones (8023, 8024) move stock and need a licence that this business does not have.
    """
    lines = nested(INVOICE_LINES, values, "SalesInvoiceLines")
    charges = nested(INVOICE_CHARGES, values, "SalesInvoiceOrderChargeLines")
    faults = missing(INVOICES, values | {"SalesInvoiceLines": lines})
    faults += [fault for line in lines for fault in missing(INVOICE_LINES, line, _DERIVED)]
    if faults:
        raise Refusal(500, *dict.fromkeys(faults))
    invoice = values | {"Type": INVOICE if values.get("Type") is None else values["Type"]}
    check = office.references(division)
    _check_header(office, division, invoice, check)
    for line in lines:
        check_line(division, line, check)
        _check_sign(office, invoice, line, check)
    for charge in charges:
        check_charge(division, charge, check)
    check.settle()
    return book_invoice(office, division, invoice, lines, charges)


def _check_header(office: Office, division: Division, invoice: Row, check: References) -> None:
    if invoice["Type"] not in (INVOICE, CREDIT_NOTE):
        check.note(invalid("Type"))
    if invoice.get("Warehouse") is not None:
        check.note(invalid("Warehouse"))
    if division.table("financial/Journals").first(Code=str(invoice["Journal"]).strip(), Type=20) is None:
        check.note(bad_reference("Journal"))
    account = check.wanted("crm/Accounts", "OrderedBy", invoice)
    if account is not None and account["Status"] != "C":
        check.note(invalid("OrderedBy", "Type", "Type"))
    if len(invoice.get("YourRef") or "") > office.settings.your_ref_length:
        check.note(invalid("YourRef", "Te lang", "Too long"))
    if invoice.get("Currency") not in (None, "EUR"):
        check.note(invalid("Currency"))
    invoice["OrderedByName"] = account["Name"] if account else None


def _check_sign(office: Office, invoice: Row, line: Row, check: References) -> None:
    """Hold a line against the sign that credit notes have here; production's is not documented."""
    quantity = line.get("Quantity")
    if quantity is not None and invoice["Type"] == CREDIT_NOTE and quantity * office.settings.credit_sign < 0:
        check.note(invalid("Quantity"))


def book_invoice(office: Office, division: Division, invoice: Row, lines: list[Row], charges: list[Row]) -> Row:
    """Store a checked invoice with its lines and sums, and tell of it."""
    account = division.table("crm/Accounts").rows[invoice["OrderedBy"]]
    for field in ("InvoiceTo", "DeliverTo"):
        invoice[field] = invoice.get(field) or account["ID"]
        invoice[f"{field}Name"] = account["Name"]
    invoice |= {"InvoiceID": division.new_guid("invoice"), "InvoiceNumber": next(division.invoice_numbers)}
    invoice |= {"InvoiceDate": division.now(), "Status": OPEN, "StatusDescription": "Open"}
    invoice |= {"TypeDescription": TEXTS[invoice["Type"]], "Currency": invoice.get("Currency") or "EUR"}
    sums = amounts.total(
        [
            *(_place_line(division, invoice, line, number) for number, line in enumerate(lines, 1)),
            *(_place_charge(division, invoice, charge, number) for number, charge in enumerate(charges, 1)),
        ]
    )
    invoice |= {"AmountFC": sums.including, "AmountDC": sums.including, "AmountFCExclVat": sums.excluding}
    invoice |= {"VATAmountFC": sums.vat, "VATAmountDC": sums.vat}
    division.insert(INVOICES.table, invoice)
    division.changed("SalesInvoices", invoice["InvoiceID"], f"{INVOICES.path}(guid'{invoice['InvoiceID']}')")
    office.note_invoice(invoice, division.table(INVOICE_LINES.table).of(invoice["InvoiceID"]))
    return invoice


def _place_line(division: Division, invoice: Row, line: Row, number: int) -> Amounts:
    item = division.table("logistics/Items").rows[line["Item"]]
    code = division.table("vat/VATCodes").first(Code=line["VATCode"])
    quantity = Decimal(1) if line.get("Quantity") is None else line["Quantity"]
    net = line.get("NetPrice")
    net = (item["StandardSalesPrice"] if line.get("UnitPrice") is None else line["UnitPrice"]) if net is None else net
    sums = amounts.from_price(code, quantity * net, line.get("VATAmountFC"))
    line |= {"ID": division.new_guid("invoice-line"), "InvoiceID": invoice["InvoiceID"], "LineNumber": number}
    line |= {"Quantity": quantity, "NetPrice": net, "UnitPrice": net, "ItemCode": item["Code"]}
    line |= {"ItemDescription": item["Description"], "UnitCode": item["Unit"], "VATPercentage": amounts.rate_of(code)}
    line |= {"AmountFC": sums.excluding, "AmountDC": sums.excluding, "VATAmountFC": sums.vat, "VATAmountDC": sums.vat}
    division.insert(INVOICE_LINES.table, line)
    return sums


def _place_charge(division: Division, invoice: Row, charge: Row, number: int) -> Amounts:
    code = division.table("vat/VATCodes").first(Code=charge["VATCode"])
    sums = amounts.from_charge(code, charge.get("AmountFCExclVAT"), charge.get("AmountFCInclVAT"))
    charge |= {"ID": division.new_guid("invoice-charge"), "InvoiceID": invoice["InvoiceID"], "LineNumber": number}
    charge |= {"AmountFCExclVAT": sums.excluding, "AmountFCInclVAT": sums.including, "AmountVATFC": sums.vat}
    charge |= {"AmountDC": sums.excluding, "VATPercentage": amounts.rate_of(code)}
    charge["VATDescription"] = code["Description"] if code else None
    division.insert(INVOICE_CHARGES.table, charge)
    return sums
