"""Sales invoices in Exact: made from sales orders, found by the orders that their lines name, and credit notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from hub.adapters.exact.client import ExactClient
from hub.adapters.exact.odata import (
    Row,
    any_guid,
    batches,
    need_decimal,
    need_guid,
    read_decimal,
    read_guid,
    read_int,
    read_text,
    text_literal,
    wire_date,
)
from hub.adapters.limits import Lane
from hub.domain.invoicing import (
    CreditLine,
    CreditNoteDraft,
    DocumentKind,
    Invoiced,
    InvoicedQuantity,
    OrderProgress,
    Progress,
    SalesDocument,
)
from hub.domain.money import cents
from hub.outcome import Unavailable

ORDERS = "salesorder/SalesOrders"
INVOICES = "salesinvoice/SalesInvoices"
LINES = "salesinvoice/SalesInvoiceLines"
INVOICE_ORDERS = "salesinvoice/InvoiceSalesOrders"
INVOICE, CREDIT_NOTE = 8020, 8021
KINDS = {
    INVOICE: DocumentKind.INVOICE,
    8023: DocumentKind.INVOICE,
    CREDIT_NOTE: DocumentKind.CREDIT_NOTE,
    8024: DocumentKind.CREDIT_NOTE,
}
"""Type of SalesInvoices; 8023 and 8024 are direct ones, which move stock as well."""
PER_ORDER = 1
"""CreateMode: one invoice per sales order."""
MODES = {InvoicedQuantity.DELIVERED: 0, InvoicedQuantity.ORDERED: 1}
CREDIT_SIGN = Decimal(-1)
"""The sign of quantities and amounts that a credit note is posted with.

Exact does not document it. Its reference page of SalesInvoices says of GAccountAmountFC that a credit invoice has a
negative amount, which suggests that credit notes are stored negative. Read amounts are taken without their sign.
"""
_PROGRESS = {12: Progress.NONE, 20: Progress.PART, 21: Progress.ALL}
_HEADER = "InvoiceID,InvoiceNumber,Type,YourRef,AmountFC,AmountFCExclVat"
_LINE = "InvoiceID,SalesOrder,AmountFC,VATAmountFC"


class SalesInvoices:
    """The invoices and credit notes of one division; the port's docstrings apply."""

    def __init__(self, client: ExactClient, zone: tzinfo) -> None:
        self._client = client
        self._zone = zone

    async def progress(self, sales_order_ids: Sequence[str]) -> Mapping[str, OrderProgress]:
        """Read 25 orders a call."""
        found: dict[str, OrderProgress] = {}
        for batch in batches(sales_order_ids):
            query = {"$filter": any_guid("OrderID", batch), "$select": "OrderID,DeliveryStatus,InvoiceStatus"}
            for row in await self._client.rows(Lane.CATALOGUE, ORDERS, query):
                found[need_guid(row, "OrderID")] = OrderProgress(
                    _progress(row, "DeliveryStatus"), _progress(row, "InvoiceStatus")
                )
        return found

    async def invoice(self, sales_order_ids: Sequence[str], journal: str, counts: InvoicedQuantity) -> Invoiced:
        payload = {
            "JournalCode": journal,
            "CreateMode": PER_ORDER,
            "InvoiceMode": MODES[counts],
            "SalesOrderIDs": [{"ID": one} for one in sales_order_ids],
        }
        row = await self._client.create(Lane.CATALOGUE, INVOICE_ORDERS, payload)
        created, failed = read_int(row, "NumberOfCreatedInvoices"), read_int(row, "NumberOfFailedInvoices")
        if created is None:
            raise Unavailable("Exact does not tell how many invoices it made", unknown=True)
        return Invoiced(created, failed or 0, read_text(row, "Errors"))

    async def of_orders(self, sales_order_ids: Sequence[str]) -> tuple[SalesDocument, ...]:
        """Read which invoices name the orders, then those whole: with several orders on one, each has its part."""
        ids: dict[str, None] = {}
        for batch in batches(sales_order_ids):
            query = {"$filter": any_guid("SalesOrder", batch), "$select": "InvoiceID"}
            rows = await self._client.rows(Lane.CATALOGUE, LINES, query)
            ids |= dict.fromkeys(need_guid(row, "InvoiceID") for row in rows)
        return await self._documents(tuple(ids))

    async def create(self, draft: CreditNoteDraft) -> str:
        row = await self._client.create(Lane.CATALOGUE, INVOICES, credit_note_payload(draft, self._zone))
        invoice_id = read_guid(row, "InvoiceID")
        if invoice_id is None:
            raise Unavailable("Exact created a credit note without telling its id", unknown=True)
        return invoice_id

    async def find(self, your_ref: str) -> SalesDocument | None:
        """Return the credit note with this reference, the first one where there are several."""
        query = {"$filter": f"YourRef eq {text_literal(your_ref)} and Type eq {CREDIT_NOTE}", "$select": _HEADER}
        rows = await self._client.rows(Lane.CATALOGUE, INVOICES, query)
        found = [row for row in rows if read_text(row, "YourRef") == your_ref]
        return _document(found[0], ()) if found else None

    async def _documents(self, invoice_ids: Sequence[str]) -> tuple[SalesDocument, ...]:
        found: list[SalesDocument] = []
        for batch in batches(invoice_ids):
            lines = await self._client.rows(
                Lane.CATALOGUE, LINES, {"$filter": any_guid("InvoiceID", batch), "$select": _LINE}
            )
            query = {"$filter": any_guid("InvoiceID", batch), "$select": _HEADER}
            for row in await self._client.rows(Lane.CATALOGUE, INVOICES, query):
                own = [line for line in lines if read_guid(line, "InvoiceID") == need_guid(row, "InvoiceID")]
                found.append(_document(row, own))
        return tuple(found)


def _progress(row: Row, field: str) -> Progress:
    return _PROGRESS.get(read_int(row, field) or 0, Progress.NONE)


def _document(row: Row, lines: Iterable[Row]) -> SalesDocument:
    sums: dict[str, Decimal] = {}
    for line in lines:
        if (order := read_guid(line, "SalesOrder")) is not None:
            amount = need_decimal(line, "AmountFC") + (read_decimal(line, "VATAmountFC") or Decimal(0))
            sums[order] = sums.get(order, Decimal(0)) + abs(cents(amount))
    return SalesDocument(
        invoice_id=need_guid(row, "InvoiceID"),
        kind=KINDS.get(read_int(row, "Type") or INVOICE, DocumentKind.INVOICE),
        number=read_int(row, "InvoiceNumber") or None,
        your_ref=read_text(row, "YourRef"),
        total=abs(cents(need_decimal(row, "AmountFC"))),
        total_excluding_vat=abs(cents(need_decimal(row, "AmountFCExclVat"))),
        sales_orders=tuple(sums.items()),
    )


def credit_note_payload(draft: CreditNoteDraft, zone: tzinfo) -> dict[str, Any]:
    """Write the body of a POST to salesinvoice/SalesInvoices; its date is the calendar date in ``zone``."""
    payload: dict[str, Any] = {
        "Type": CREDIT_NOTE,
        "Journal": draft.journal,
        "OrderedBy": draft.customer_id,
        "OrderDate": wire_date(draft.made_at, zone),
        "YourRef": draft.your_ref,
        "Description": draft.description,
        "Currency": draft.currency,
        "SalesInvoiceLines": [_line(line) for line in draft.lines if line.item_id is not None],
    }
    if charges := [_charge(line) for line in draft.lines if line.item_id is None]:
        payload["SalesInvoiceOrderChargeLines"] = charges
    return payload


def _line(line: CreditLine) -> dict[str, Any]:
    priced = line.gross if line.included else line.gross - line.vat
    return {
        "Item": line.item_id,
        "Quantity": line.quantity * CREDIT_SIGN,
        "NetPrice": (priced / line.quantity).quantize(Decimal("0.000001")),
        "VATCode": line.vat_code,
        "VATAmountFC": line.vat * CREDIT_SIGN,
        "Description": line.description,
    }


def _charge(line: CreditLine) -> dict[str, Any]:
    amounts = {"AmountFCInclVAT": line.gross * CREDIT_SIGN, "VATCode": line.vat_code}
    return {"IsShippingCost": True, **amounts} if line.shipping else {"OrderCharge": line.charge_id, **amounts}
