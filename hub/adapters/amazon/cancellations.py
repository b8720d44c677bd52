"""Cancelling orders: a feed that acknowledges them as failed, for Amazon has no operation for it.

Amazon's XML envelope of the type OrderAcknowledgement, StatusCode ``Failure`` and a reason per item, cancels the
whole order; there is no cancelling of part of one, and after anything was shipped it would refund everything. For all
reasons but NoInventory Amazon adds the units to the stock it shows. Source: Amazon's OrderAcknowledgement.xsd and feed
documentation, as third parties reproduce them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from hub.adapters.amazon.feeds import DONE, ENDED, Feeds
from hub.adapters.amazon.mapping import CANCELLED, OrderFacts
from hub.adapters.amazon.orders import Orders
from hub.adapters.amazon.refusals import MISSING_ROLE
from hub.adapters.amazon.seller import AmazonAccount
from hub.adapters.amazon.shipments import UNKNOWN
from hub.adapters.amazon.stock_feed import refusals
from hub.adapters.port import Accepted, Pending, Refused, WriteResult
from hub.domain.delivery import Cancellation, CancelReason
from hub.outcome import Rejected, Throttled, Unavailable

FEED, CONTENT_TYPE = "POST_ORDER_ACKNOWLEDGEMENT_DATA", "text/xml; charset=UTF-8"
REASONS: Mapping[CancelReason, str] = {
    CancelReason.NO_STOCK: "NoInventory",
    CancelReason.BUYER_ASKED: "BuyerCanceled",
    CancelReason.ADDRESS: "ShippingAddressUndeliverable",
    CancelReason.PRICE_ERROR: "GeneralAdjustment",
    CancelReason.OTHER: "GeneralAdjustment",
}
LOOK_AGAIN = 30.0
SHIPPED = frozenset({"PARTIALLY_SHIPPED", "SHIPPED"})


@dataclass(frozen=True, slots=True)
class CancelProcess:
    """A cancellation under way: its feed and its order, which decides in the end."""

    feed_id: str
    order_id: str

    @classmethod
    def read(cls, process_id: str) -> CancelProcess | None:
        """Return the cancellation that a process id names; None where it names something else."""
        kind, _, rest = process_id.partition(":")
        feed_id, _, order_id = rest.partition(":")
        return cls(feed_id, order_id) if kind == "cancel" and feed_id and order_id else None

    @property
    def process_id(self) -> str:
        return f"cancel:{self.feed_id}:{self.order_id}"


class Cancellations:
    """Cancels whole orders that the seller would have shipped himself."""

    def __init__(self, feeds: Feeds, orders: Orders, account: AmazonAccount) -> None:
        self._feeds = feeds
        self._orders = orders
        self._account = account
        self._verdicts: dict[str, Refused | None] = {}

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Hand the cancellation in. Repeatable in effect: an order that is off already is accepted without a feed."""
        order = await self._orders.look(cancellation.external_order_id)
        if decided := _decided(order, cancellation):
            return decided
        assert order is not None
        content = document(cancellation, self._account.seller).encode()
        try:
            feed_id = await self._feeds.submit(FEED, order.marketplace, CONTENT_TYPE, content)
        except Rejected as rejected:
            if rejected.code == MISSING_ROLE:
                raise
            return Refused(rejected.code, rejected.reason)
        return Pending(CancelProcess(feed_id, order.order_id).process_id, LOOK_AGAIN)

    async def follow(self, processes: Sequence[CancelProcess]) -> dict[str, WriteResult]:
        """Tell how cancellations stand: the order decides, the feed's report tells why not."""
        found: dict[str, WriteResult] = {}
        for each in processes:
            try:
                result = await self._stands(each)
            except (Throttled, Unavailable) as stop:
                result = Pending(each.process_id, getattr(stop, "retry_after", LOOK_AGAIN))
            if result is not None:
                found[each.process_id] = result
        return found

    async def _stands(self, process: CancelProcess) -> WriteResult | None:
        order = await self._orders.look(process.order_id)
        if order is not None and order.status == CANCELLED:
            return Accepted()
        feed = await self._feeds.status(process.feed_id)
        if feed is None:
            return None
        status = feed.text("processingStatus")
        if status not in ENDED:
            return Pending(process.process_id, LOOK_AGAIN)
        if status != DONE:
            return Refused("feed_failed", f"Amazon ended the cancellation's feed as {status}")
        if process.feed_id not in self._verdicts:
            self._verdicts = {process.feed_id: verdict(await self._feeds.report(feed))}
        return self._verdicts[process.feed_id] or Pending(process.process_id, LOOK_AGAIN)


def _decided(order: OrderFacts | None, cancellation: Cancellation) -> WriteResult | None:
    """Return what is certain before anything is sent."""
    if order is None:
        return UNKNOWN
    if order.status == CANCELLED:
        return Accepted()
    if order.by_amazon:
        return Refused("fulfilled_by_amazon", "Amazon ships this order; only Amazon or the buyer can cancel it")
    if order.status in SHIPPED:
        return Refused("already_shipped", "Part of the order is shipped: refund the rest in Seller Central")
    if not cancellation.whole:
        return Refused("partial_cancellation", "Amazon cancels whole orders only: refund the items in Seller Central")
    return None


def document(cancellation: Cancellation, seller: str) -> str:
    """Return the feed's XML for one order."""
    reason = REASONS[cancellation.reason]
    items = "".join(
        f"<Item><AmazonOrderItemCode>{escape(each.line_id)}</AmazonOrderItemCode>"
        f"<CancelReason>{reason}</CancelReason></Item>"
        for each in cancellation.units
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<AmazonEnvelope xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xsi:noNamespaceSchemaLocation="amzn-envelope.xsd">'
        f"<Header><DocumentVersion>1.01</DocumentVersion><MerchantIdentifier>{escape(seller)}</MerchantIdentifier>"
        "</Header><MessageType>OrderAcknowledgement</MessageType>"
        "<Message><MessageID>1</MessageID><OrderAcknowledgement>"
        f"<AmazonOrderID>{escape(cancellation.external_order_id)}</AmazonOrderID>"
        f"<StatusCode>Failure</StatusCode>{items}</OrderAcknowledgement></Message></AmazonEnvelope>"
    )


def verdict(report: bytes) -> Refused | None:
    """Return the first error of a processing report, in XML or JSON; None where it has none or cannot be read."""
    try:
        if report.lstrip()[:1] == b"{":
            return next(iter(refusals(report).values()), None)
        if b"<!DOCTYPE" in report:
            return None
        root = ElementTree.fromstring(report)  # noqa: S314 - documents with a DTD, hence with entities, are not read
    except (ElementTree.ParseError, Rejected):
        return None
    for result in root.iter("Result"):
        if result.findtext("ResultCode") == "Error":
            reason = result.findtext("ResultDescription") or "no reason given"
            return Refused(result.findtext("ResultMessageCode") or "invalid", reason)
    return None
