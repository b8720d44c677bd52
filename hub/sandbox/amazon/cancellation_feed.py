"""Order acknowledgement feeds, which sellers use to cancel: as XML, and as a tab-delimited file.

Facts: the XML is OrderAcknowledgement.xsd of Amazon's feed schemas; the columns of the flat file are those of the
feed type's page; every reason but NoInventory puts the cancelled units back on sale.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.cancellation_report import Refused, flat_report, xml_report
from hub.sandbox.amazon.feed_results import Fatal, Result
from hub.sandbox.amazon.lwa import SELLER_ID
from hub.sandbox.amazon.orders import Item, Order

REASONS = (
    "NoInventory",
    "ShippingAddressUndeliverable",
    "CustomerExchange",
    "BuyerCanceled",
    "GeneralAdjustment",
    "CarrierCreditDecision",
    "RiskAssessmentInformationNotValid",
    "CarrierCoverageFailure",
    "CustomerReturn",
    "MerchandiseNotReceived",
)
TEMPLATE, FLAT_HEADER = "TemplateType=OrderCancellation", ("order-id", "cancellation-reason-code")


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One message: an order, whether it fails, and the items with their reasons; no items means all of them."""

    number: int
    order_id: str
    fails: bool
    items: tuple[tuple[str, str], ...]


def work_xml(account: Account, feed_id: str, body: bytes) -> Result:
    """Work on an OrderAcknowledgement envelope; Fatal where it is none."""
    try:
        envelope = ElementTree.fromstring(body)  # noqa: S314 - expat limits entities itself, and this is loopback
    except ElementTree.ParseError:
        raise Fatal from None
    if envelope.findtext("MessageType") != "OrderAcknowledgement":
        raise Fatal
    if envelope.findtext("Header/MerchantIdentifier") != SELLER_ID:
        raise Fatal
    messages = [_read_message(each) for each in envelope.findall("Message")]
    return xml_report(feed_id, len(messages), _carry_out(account, messages))


def _read_message(message: ElementTree.Element) -> Acknowledgement:
    told = message.find("OrderAcknowledgement")
    text = message.findtext("MessageID") or ""
    number = int(text) if text.isdecimal() else 0
    if told is None:
        return Acknowledgement(number, "", True, ())
    named = told.findall("Item")
    items = tuple((each.findtext("AmazonOrderItemCode") or "", each.findtext("CancelReason") or "") for each in named)
    fails = told.findtext("StatusCode") == "Failure"
    return Acknowledgement(number, told.findtext("AmazonOrderID") or "", fails, items)


def work_flat(account: Account, feed_id: str, body: bytes) -> Result:
    """Work on the tab-delimited form, with or without its template line; Fatal where its columns are missing."""
    messages = [
        Acknowledgement(number, row["order-id"] or "", True, _flat_items(row))
        for number, row in enumerate(_rows(body), start=1)
    ]
    return flat_report(len(messages), _carry_out(account, messages))


def _rows(body: bytes) -> list[dict[str, str | None]]:
    lines = body.decode("utf-8-sig", errors="replace").splitlines()
    if lines and lines[0].startswith(TEMPLATE):
        lines = lines[1:]
    reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    try:
        rows = list(reader)
    except csv.Error:
        raise Fatal from None
    if not set(FLAT_HEADER) <= set(reader.fieldnames or ()):
        raise Fatal
    return rows


def _flat_items(row: dict[str, str | None]) -> tuple[tuple[str, str], ...]:
    code, reason = row.get("amazon-order-item-code") or "", row.get("cancellation-reason-code") or ""
    return ((code, reason),)


def _carry_out(account: Account, messages: list[Acknowledgement]) -> list[Refused]:
    refused = (_carry_out_one(account, each) for each in messages)
    return [each for each in refused if each is not None]


def _carry_out_one(account: Account, told: Acknowledgement) -> Refused | None:
    def no(code: str, text: str) -> Refused:
        return Refused(told.number, told.order_id, code, text)

    order = account.orders.get(told.order_id)
    if order is None or order.by_amazon:
        return no("18028", "The order is not known for this seller, or is fulfilled by Amazon.")
    if not told.fails:
        return None
    if order.status not in ("UNSHIPPED", "PARTIALLY_SHIPPED"):
        return no("18029", f"An order with status {order.status} cannot be cancelled.")
    chosen = _chosen(order, told.items)
    if isinstance(chosen, str):
        return no("18030", chosen)
    for item, reason in chosen:
        account.cancel(order, [item], "MERCHANT", reason, restock=reason != "NoInventory")
    return None


def _chosen(order: Order, items: Iterable[tuple[str, str]]) -> list[tuple[Item, str]] | str:
    """Return the items to cancel with their reasons, or what is wrong with what was named."""
    chosen: list[tuple[Item, str]] = []
    for code, reason in items:
        if reason not in REASONS:
            return f"The reason '{reason}' is not known."
        named = [item for item in order.items if code in ("", item.item_id)]
        if not named:
            return f"The order has no item {code}."
        if any(order.packed(item) for item in named):
            return "An item that is confirmed as shipped cannot be cancelled."
        chosen += [(item, reason) for item in named]
    return chosen or "A cancellation needs a reason."
