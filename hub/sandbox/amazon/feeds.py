"""Feeds: taken in at once, worked on after a while, finished with a report that must be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from hub.sandbox.amazon import cancellation_feed, listings_feed
from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.answers import stamp
from hub.sandbox.amazon.documents import Document, Documents
from hub.sandbox.amazon.feed_results import Fatal, Result
from hub.sandbox.amazon.notices import FEEDS

LISTINGS = "JSON_LISTINGS_FEED"
WORKERS: Mapping[str, Callable[[Account, str, bytes], Result]] = {
    LISTINGS: listings_feed.work,
    "POST_ORDER_ACKNOWLEDGEMENT_DATA": cancellation_feed.work_xml,
    "POST_FLAT_FILE_ORDER_ACKNOWLEDGEMENT_DATA": cancellation_feed.work_flat,
}
SHUT_OFF = frozenset(
    {
        "POST_PRODUCT_DATA",
        "POST_INVENTORY_AVAILABILITY_DATA",
        "POST_PRODUCT_OVERRIDES_DATA",
        "POST_PRODUCT_PRICING_DATA",
        "POST_PRODUCT_IMAGE_DATA",
        "POST_PRODUCT_RELATIONSHIP_DATA",
        "POST_FLAT_FILE_INVLOADER_DATA",
        "POST_FLAT_FILE_LISTINGS_DATA",
        "POST_FLAT_FILE_PRICEANDQUANTITYONLY_UPDATE_DATA",
        "POST_UIEE_BOOKLOADER_DATA",
    }
)
"""XML and flat-file listing and inventory feeds: since 2025-07-31 they end FATAL."""


@dataclass(slots=True)
class Feed:
    """One feed and how far it is."""

    feed_id: str
    feed_type: str
    marketplace_ids: list[str]
    document: Document
    created_at: datetime
    status: str = "IN_QUEUE"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: Document | None = None

    @property
    def kind(self) -> str:
        return self.feed_type

    def shown(self) -> dict[str, Any]:
        """Return the feed as the API writes it."""
        told = {
            "feedId": self.feed_id,
            "feedType": self.feed_type,
            "marketplaceIds": self.marketplace_ids,
            "createdTime": stamp(self.created_at),
            "processingStatus": self.status,
            "processingStartTime": stamp(self.started_at) if self.started_at else None,
            "processingEndTime": stamp(self.ended_at) if self.ended_at else None,
            "resultFeedDocumentId": self.result.document_id if self.result else None,
        }
        return {name: value for name, value in told.items() if value is not None}


class Feeds:
    """Works on feeds one by one; in which order relative to patches, nobody promises."""

    def __init__(self, account: Account, documents: Documents) -> None:
        self._account, self._documents = account, documents
        self._numbers = count(50_001)
        self.by_id: dict[str, Feed] = {}

    def add(self, feed_type: str, marketplace_ids: list[str], document: Document) -> Feed:
        """Take a feed in; the same call again makes a second feed."""
        account = self._account
        feed = Feed(str(next(self._numbers)), feed_type, marketplace_ids, document, account.now())
        self.by_id[feed.feed_id] = feed
        account.in_about(account.switches.queue_seconds, lambda: self._begin(feed))
        return feed

    def _begin(self, feed: Feed) -> None:
        if feed.status == "IN_QUEUE":
            feed.status, feed.started_at = "IN_PROGRESS", self._account.now()
            self._account.in_about(self._account.switches.work_seconds, lambda: self._finish(feed))

    def _finish(self, feed: Feed) -> None:
        try:
            result: Result | None = self._work(feed)
            feed.status = "DONE"
        except Fatal as fatal:
            result = fatal.result
            feed.status = "FATAL"
        if result is not None:
            feed.result = self._documents.store(result.body, result.content_type)
        feed.ended_at = self._account.now()
        self._tell(feed)

    def _work(self, feed: Feed) -> Result:
        switches = self._account.switches
        if switches.fatal_feeds > 0:
            switches.fatal_feeds -= 1
            raise Fatal
        if feed.feed_type in SHUT_OFF or feed.document.body is None:
            raise Fatal
        return WORKERS[feed.feed_type](self._account, feed.feed_id, feed.document.body)

    def cancel(self, feed: Feed) -> bool:
        """Cancel a feed that still waits; say whether it did."""
        if feed.status != "IN_QUEUE":
            return False
        feed.status, feed.ended_at = "CANCELLED", self._account.now()
        self._tell(feed)
        return True

    def _tell(self, feed: Feed) -> None:
        told = {"feedId": feed.feed_id, "feedType": feed.feed_type, "processingStatus": feed.status}
        told |= {"resultFeedDocumentId": feed.result.document_id} if feed.result else {}
        self._account.notices.tell_finished(FEEDS, told)
