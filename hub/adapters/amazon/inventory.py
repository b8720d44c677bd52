"""All listings of a seller: by one report per marketplace, or by browsing where Amazon makes none.

Amazon works on a report for minutes, so reading raises ``Throttled`` until all are there; which ones were asked
for is remembered meanwhile. One SKU is one listing, however many marketplaces show it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import anyio

from hub.adapters.amazon.calls import AmazonCalls, answered
from hub.adapters.amazon.documents import Documents
from hub.adapters.amazon.feeds import DONE, ENDED
from hub.adapters.amazon.listings import Listings
from hub.adapters.amazon.marketplaces import Marketplaces
from hub.adapters.amazon.patches import OWN_CHANNEL
from hub.adapters.amazon.stock import MARKETPLACE
from hub.adapters.amazon.usage_plans import CREATE_REPORT, GET_REPORT, GET_REPORT_DOCUMENT
from hub.adapters.port import ChannelListing
from hub.clock import Clock
from hub.outcome import Rejected, Throttled

REPORT = "GET_MERCHANT_LISTINGS_ALL_DATA"
SHORTEST, LONGEST_PAUSE = 2.0, 15.0
"""Seconds until the next look at reports that Amazon works on: the longer it takes, the longer.

An adapter that nobody asks for half a minute is closed, and would order them anew for ever.
"""
PATIENCE = 5.0
"""Seconds that reading waits for room in the usage plan between two pages."""
GIVE_UP = 3600.0
"""Seconds after which a report that does not get done is given up."""
EAN = "4"
"""How the report names a product id that is an EAN."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """A report that Amazon works on, and when it was asked for (monotonic seconds)."""

    report_id: str
    at: float


class Inventory:
    """Reads what a seller offers."""

    def __init__(
        self, calls: AmazonCalls, documents: Documents, listings: Listings, marketplaces: Marketplaces, clock: Clock
    ) -> None:
        self._calls = calls
        self._documents = documents
        self._listings = listings
        self._marketplaces = marketplaces
        self._clock = clock
        self._ordered: dict[str, Ordered] = {}
        self._read: dict[str, list[ChannelListing]] = {}

    async def all(self) -> tuple[ChannelListing, ...]:
        """Return every listing once. Raises Throttled while Amazon works on a report; then ask again."""
        marketplaces = await self._marketplaces.ids()
        waiting = [each for each in marketplaces if each not in self._read and not await self._ready(each)]
        if waiting:
            raise Throttled(self._pause(), "Amazon is making the report of all listings")
        found = merged(self._read[each] for each in marketplaces)
        self._ordered, self._read = {}, {}
        return tuple(found)

    def _pause(self) -> float:
        age = max(self._clock.monotonic() - each.at for each in self._ordered.values())
        return min(max(age / 2, SHORTEST), LONGEST_PAUSE)

    async def _ready(self, marketplace: str) -> bool:
        """Ask for the report of a marketplace, or look whether it is there; keep what it holds."""
        ordered = self._ordered.get(marketplace)
        try:
            if ordered is None:
                self._ordered[marketplace] = Ordered(await self._order(marketplace), self._clock.monotonic())
                return False
            rows = await self._rows(ordered, marketplace)
        except Rejected:
            rows = await self._browse(marketplace)
        if rows is not None:
            self._read[marketplace] = rows
        return rows is not None

    async def _order(self, marketplace: str) -> str:
        body = {"reportType": REPORT, "marketplaceIds": [marketplace]}
        return answered(await self._calls.send(CREATE_REPORT, body=body), CREATE_REPORT).text("reportId")

    async def _rows(self, ordered: Ordered, marketplace: str) -> list[ChannelListing] | None:
        report = await self._calls.read(GET_REPORT.at(report=ordered.report_id))
        status = report.text("processingStatus")
        late = self._clock.monotonic() - ordered.at > GIVE_UP
        if status not in ENDED and not late:
            return None
        document_id = report.maybe_text("reportDocumentId")
        if status != DONE or document_id is None:
            return await self._browse(marketplace)
        document = await self._calls.read(GET_REPORT_DOCUMENT.at(document=document_id))
        content, charset = await self._documents.download(document)
        rows = list(report_rows(content, charset, marketplace))
        return rows or await self._browse(marketplace)

    async def _browse(self, marketplace: str) -> list[ChannelListing]:
        """Read what Amazon shows without a report: at most a thousand listings."""
        found, token = await self._page(marketplace, None)
        while token:
            rows, token = await self._page(marketplace, token)
            found += rows
        return found

    async def _page(self, marketplace: str, token: str | None) -> tuple[list[ChannelListing], str | None]:
        """Read one page, waiting for room: pages that were read already must not be read again."""
        while True:
            try:
                return await self._listings.browse(marketplace, token)
            except Throttled as throttled:
                if throttled.retry_after > PATIENCE:
                    raise
                await anyio.sleep(throttled.retry_after)


def merged(parts: Iterable[list[ChannelListing]]) -> list[ChannelListing]:
    """Return each SKU once, as the first marketplace that has it shows it; Amazon's anywhere is Amazon's."""
    found: dict[str, ChannelListing] = {}
    for each in (row for part in parts for row in part):
        if each.external_id not in found or each.stocked_by_platform:
            found[each.external_id] = each
    return list(found.values())


def report_rows(content: bytes, charset: str, marketplace: str) -> Iterator[ChannelListing]:
    """Yield the listings of a report: tab-separated, its quotation marks plain text, in an encoding that varies."""
    text = _decoded(content, charset)
    for row in csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row.get("seller-sku"):
            yield _listing(row, marketplace)


def _listing(row: Mapping[str, str | None], marketplace: str) -> ChannelListing:
    sku = row["seller-sku"] or ""
    by_amazon = (row.get("fulfillment-channel") or OWN_CHANNEL) != OWN_CHANNEL
    quantity = (row.get("quantity") or "").strip()
    return ChannelListing(
        external_id=sku,
        sku=sku,
        ean=(row.get("product-id") or None) if row.get("product-id-type") == EAN else None,
        title=row.get("item-name") or sku,
        quantity=int(quantity) if quantity.isdecimal() and not by_amazon else None,
        references={MARKETPLACE: marketplace},
        stocked_by_platform=by_amazon,
    )


def _decoded(content: bytes, charset: str) -> str:
    """Return a report's text: as told, else as UTF-8, else as Western Europe's Windows encoding."""
    for encoding in (charset or "utf-8", "utf-8-sig"):
        try:
            return content.decode(encoding).removeprefix("\ufeff")
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("cp1252", errors="replace")
