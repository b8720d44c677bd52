"""All listings of a seller: by one report per marketplace, or by browsing where Amazon makes none.

Amazon works on a report for minutes, so reading raises ``Throttled`` until all are there. Which ones were ordered is
remembered meanwhile, and asked of Amazon where it is not: by an adapter that goes on with what another one began, and
after an order without an answer. One SKU is one listing, however many marketplaces show it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import anyio

from hub.adapters.amazon.calls import AmazonCalls
from hub.adapters.amazon.documents import Documents
from hub.adapters.amazon.feeds import DONE, ENDED
from hub.adapters.amazon.inventory_rows import merged, report_rows
from hub.adapters.amazon.listings import Listings
from hub.adapters.amazon.marketplaces import Marketplaces
from hub.adapters.amazon.reports import Report, Reports
from hub.adapters.port import ChannelListing, Page
from hub.clock import Clock
from hub.outcome import Rejected, Throttled, Unavailable

REPORT = "GET_MERCHANT_LISTINGS_ALL_DATA"
ORDERED = "IN_QUEUE"
SHORTEST, LONGEST_PAUSE = 2.0, 15.0
"""Seconds until the next look at reports that Amazon works on: the longer it takes, the longer.

An adapter that nobody asks for half a minute is closed, and the next one would have to look its reports up.
"""
PATIENCE = 5.0
"""Seconds that reading waits for room in the usage plan between two pages."""
GIVE_UP = timedelta(hours=1)
"""After so long a report that does not get done is given up, and what one says is too old to be compared."""
ORDERS, ORDER_AGAIN = 3, timedelta(minutes=1)
"""How often a report is ordered that Amazon ends without one, and the pause before the second; it doubles."""
CLOCKS_APART = timedelta(seconds=60)
READ_REMEMBERED = 100


@dataclass(slots=True)
class Reading:
    """One reading of all marketplaces, with the reports ordered since it began (UTC) and the rows read so far.

    ``known`` says that no report was ordered in its name but those that it holds; ``failed`` are those that Amazon
    ended without one. Rows are no older than the moment beside them.
    """

    since: datetime
    known: bool
    ordered: dict[str, Report] = field(default_factory=dict)
    failed: dict[str, Report] = field(default_factory=dict)
    rows: dict[str, tuple[datetime, list[ChannelListing]]] = field(default_factory=dict)

    def failures(self, marketplace: str) -> list[datetime]:
        """Return when the reports of a marketplace that failed did so (UTC)."""
        found = (each for each in self.failed.values() if each.marketplaces == (marketplace,))
        return sorted(each.ended_at or each.created_at for each in found)


class Inventory:
    """Reads what a seller offers."""

    def __init__(
        self, calls: AmazonCalls, documents: Documents, listings: Listings, marketplaces: Marketplaces, clock: Clock
    ) -> None:
        self._reports = Reports(calls, documents)
        self._listings = listings
        self._marketplaces = marketplaces
        self._clock = clock
        self._reading: Reading | None = None
        self._read: deque[str] = deque(maxlen=READ_REMEMBERED)

    async def all(self, since: datetime | None) -> Page[ChannelListing]:
        """Return every listing once, by reports that were ordered ``since`` (UTC), or by new ones.

        Raises Throttled while Amazon works on a report; then ask again.
        """
        marketplaces = await self._marketplaces.ids()
        reading = self._reading_since(since)
        waits = [await self._go_on(reading, each) for each in marketplaces if each not in reading.rows]
        if missing := [wait for wait in waits if wait is not None]:
            raise Throttled(min(missing), "Amazon is making the report of all listings")
        self._reading = None
        found = tuple(merged(reading.rows[each][1] for each in marketplaces))
        return Page(found, None, as_of=min(reading.rows[each][0] for each in marketplaces))

    def _reading_since(self, since: datetime | None) -> Reading:
        if self._reading is None or since not in (None, self._reading.since):
            self._reading = Reading(since or self._clock.now(), known=since is None)
        return self._reading

    async def _go_on(self, reading: Reading, marketplace: str) -> float | None:
        """Take one step for a marketplace; return the seconds until the next, None once its rows are there."""
        try:
            return await self._by_report(reading, marketplace)
        except Rejected:
            return await self._browse(reading, marketplace)

    async def _by_report(self, reading: Reading, marketplace: str) -> float | None:
        if not reading.known:
            await self._look_up(reading)
        if marketplace not in reading.ordered:
            return await self._order(reading, marketplace)
        now = self._clock.now()
        before = reading.ordered[marketplace]
        report = await self._reports.look(before.report_id, now)
        age = now - before.created_at
        if report.status == DONE and report.document_id is not None:
            return await self._take(reading, marketplace, report.document_id)
        if report.status in ENDED:
            del reading.ordered[marketplace]
            reading.failed[report.report_id] = replace(report, marketplaces=before.marketplaces)
            return await self._order(reading, marketplace)
        if age > GIVE_UP:
            return await self._browse(reading, marketplace)
        return min(max(age.total_seconds() / 2, SHORTEST), LONGEST_PAUSE)

    async def _look_up(self, reading: Reading) -> None:
        """Go on with reports that were ordered already: the newest of each marketplace that is of use."""
        now = self._clock.now()
        since = max(reading.since - CLOCKS_APART, now - 2 * GIVE_UP)
        for each in await self._reports.ordered_since(REPORT, since, now):
            if each.status in ENDED and each.status != DONE:
                reading.failed[each.report_id] = each
            elif each.report_id not in self._read and (each.status != DONE or now - each.as_of < GIVE_UP):
                reading.ordered.setdefault(",".join(each.marketplaces), each)
        reading.known = True

    async def _order(self, reading: Reading, marketplace: str) -> float | None:
        """Order a report, not at once where others failed, and after some failures no more."""
        failures, now = reading.failures(marketplace), self._clock.now()
        if len(failures) >= ORDERS:
            return await self._browse(reading, marketplace)
        wait = failures[-1] + ORDER_AGAIN * 2 ** (len(failures) - 1) - now if failures else timedelta()
        if wait > timedelta():
            return wait.total_seconds()
        try:
            report_id = await self._reports.order(REPORT, marketplace)
        except Unavailable:
            reading.known = False
            raise
        reading.ordered[marketplace] = Report(report_id, (marketplace,), ORDERED, now, now)
        return SHORTEST

    async def _take(self, reading: Reading, marketplace: str, document_id: str) -> float | None:
        report = reading.ordered[marketplace]
        rows = list(report_rows(*await self._reports.content(document_id), marketplace))
        if not rows:
            return await self._browse(reading, marketplace)
        self._read.append(report.report_id)
        reading.rows[marketplace] = report.as_of, rows
        return None

    async def _browse(self, reading: Reading, marketplace: str) -> float | None:
        """Read what Amazon shows without a report: at most a thousand listings."""
        began = self._clock.now()
        found, token = await self._page(marketplace, None)
        while token:
            rows, token = await self._page(marketplace, token)
            found += rows
        reading.rows[marketplace] = began, found
        return None

    async def _page(self, marketplace: str, token: str | None) -> tuple[list[ChannelListing], str | None]:
        """Read one page, waiting for room: pages that were read already must not be read again."""
        while True:
            try:
                return await self._listings.browse(marketplace, token)
            except Throttled as throttled:
                if throttled.retry_after > PATIENCE:
                    raise
                await anyio.sleep(throttled.retry_after)
