"""Stock of many SKUs in one JSON listings feed, and what its processing report says of each."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hub.adapters.amazon.feeds import DONE, ENDED, LISTINGS_FEED, LISTINGS_TYPE, Feeds
from hub.adapters.amazon.patches import stock_patch
from hub.adapters.amazon.seller import AmazonAccount
from hub.adapters.amazon.stock_plan import FEWEST_MESSAGES
from hub.adapters.fields import Fields, parse, unreadable
from hub.adapters.http import write_json
from hub.adapters.port import Accepted, Deferred, Pending, Refused, StockUpdate, WriteResult
from hub.clock import Clock
from hub.outcome import Rejected, Throttled, Unavailable

LOOK_AGAIN = 60.0
"""Seconds between looks at a feed; its end is also announced where there is a queue."""
PUBLISH_AGAIN = 5.0
LOST_FOR = timedelta(seconds=150)
"""How long a feed whose answer was lost may take to show up among the feeds."""
CLOCKS_APART = timedelta(seconds=60)
STRAY_FOR = timedelta(hours=6)
"""How old a feed may be that Amazon still works on after the process that made it ended; mostly it takes minutes."""
FEEDS_REMEMBERED = 100
"""Feeds whose answer did arrive, and that are never the lost one; Amazon takes five in five minutes."""
_LOCALE = "en_GB"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a feed. Of a feed whose answer was lost only the moment of the try is known."""

    number: int
    feed_id: str | None = None
    tried_at: datetime | None = None

    @classmethod
    def read(cls, process_id: str) -> Message | None:
        """Return the message that a process id names; None where it names something else."""
        kind, _, rest = process_id.partition(":")
        where, _, number = rest.rpartition(":")
        if not where or not number.isdecimal():
            return None
        if kind == "feed":
            return cls(int(number), feed_id=where)
        if kind == "lost" and where.isdecimal():
            return cls(int(number), tried_at=datetime.fromtimestamp(int(where), UTC))
        return None

    @property
    def process_id(self) -> str:
        if self.tried_at is not None:
            return f"lost:{int(self.tried_at.timestamp())}:{self.number}"
        return f"feed:{self.feed_id}:{self.number}"


class StockFeed:
    """Writes stock by feed and follows it message by message."""

    def __init__(self, feeds: Feeds, account: AmazonAccount, clock: Clock) -> None:
        self._feeds = feeds
        self._account = account
        self._clock = clock
        self._reports: dict[str, dict[int, Refused]] = {}
        self._next_look: dict[str, datetime] = {}
        self._known: deque[str] = deque(maxlen=FEEDS_REMEMBERED)
        self._strays_sought = False

    @property
    def room(self) -> bool:
        """Whether a feed could be made now."""
        return self._feeds.room

    async def publish(self, updates: Sequence[StockUpdate], marketplace: str) -> list[WriteResult]:
        """Hand all updates in as one feed; one result per update, in order.

        Where the answer was lost, the feed is looked for before any of these SKUs is written again.
        """
        began = self._clock.now()
        content = write_json(document(updates, self._account.seller))
        try:
            feed_id = await self._feeds.submit(LISTINGS_FEED, marketplace, LISTINGS_TYPE, content)
            self._known.append(feed_id)
            self._next_look[feed_id] = self._clock.now() + timedelta(seconds=LOOK_AGAIN)
            made = Message(0, feed_id=feed_id)
        except Unavailable as failure:
            if not failure.unknown:
                return [Deferred(PUBLISH_AGAIN, failure.reason)] * len(updates)
            made = Message(0, tried_at=began)
        except Throttled as throttled:
            return [Deferred(throttled.retry_after, throttled.reason)] * len(updates)
        numbers = range(1, len(updates) + 1)
        return [Pending(replace(made, number=number).process_id, LOOK_AGAIN) for number in numbers]

    async def stray(self, updates: Sequence[StockUpdate]) -> Message | None:
        """Return what to wait for before these numbers stand for good, where a feed may hold older ones of them.

        A process that ended between making a feed and noting it leaves many numbers that nobody knows, and a feed that
        may take effect after whatever is written now. It is looked for once; what is not needed costs no call.
        """
        unknown = sum(each.listing.quantity is None for each in updates)
        if self._strays_sought or unknown < FEWEST_MESSAGES:
            return None
        try:
            listed = await self._feeds.made_since(LISTINGS_FEED, self._clock.now() - STRAY_FOR)
        except (Throttled, Unavailable):
            return None
        self._strays_sought = True
        strays = [each for each in listed if each.text("processingStatus") not in ENDED]
        made = [at for each in strays if (at := each.maybe_instant("createdTime")) is not None]
        return Message(0, tried_at=min(made)) if made else None

    def ended(self, feed_id: str) -> None:
        """Take note that a feed is said to be done: it is looked at the next time that somebody asks."""
        self._next_look.pop(feed_id, None)

    async def follow(self, messages: Sequence[Message]) -> dict[str, WriteResult]:
        """Tell how messages stand; one look per feed, however many messages it has, and not before its time."""
        found: dict[str, WriteResult] = {}
        own = {each.feed_id for each in messages if each.feed_id is not None}
        for feed_id in sorted(own):
            found |= await self._of_feed(feed_id, [each for each in messages if each.feed_id == feed_id])
        for tried_at in sorted({each.tried_at for each in messages if each.tried_at}):
            found |= await self._of_lost(tried_at, own, [each for each in messages if each.tried_at == tried_at])
        return found

    async def _of_feed(self, feed_id: str, messages: Sequence[Message]) -> dict[str, WriteResult]:
        now = self._clock.now()
        if (due := self._next_look.get(feed_id, now)) > now:
            return _all(messages, (due - now).total_seconds())
        self._next_look[feed_id] = now + timedelta(seconds=LOOK_AGAIN)
        try:
            feed = await self._feeds.status(feed_id)
            return {} if feed is None else await self._ends(feed, messages)
        except (Throttled, Unavailable) as stop:
            return _all(messages, _wait(stop))

    async def _of_lost(self, tried_at: datetime, own: set[str], messages: Sequence[Message]) -> dict[str, WriteResult]:
        """Look for a feed whose answer was lost.

        Nothing in the list tells whose feed one is: another of ours may have been made and have ended meanwhile. But
        quantities are absolute, so they are published again once all feeds that might be it have ended.
        """
        try:
            return await self._sought(tried_at, own, messages)
        except (Throttled, Unavailable) as stop:
            return _all(messages, _wait(stop))

    async def _sought(self, tried_at: datetime, own: set[str], messages: Sequence[Message]) -> dict[str, WriteResult]:
        listed = await self._feeds.made_since(LISTINGS_FEED, tried_at - CLOCKS_APART)
        candidates = [each for each in listed if each.text("feedId") not in own.union(self._known)]
        working = [each for each in candidates if each.text("processingStatus") not in ENDED]
        if working or self._clock.now() - tried_at < LOST_FOR:
            return _all(messages, LOOK_AGAIN)
        return {each.process_id: Deferred(PUBLISH_AGAIN, "the feed's answer was lost") for each in messages}

    async def _ends(self, feed: Fields, messages: Sequence[Message]) -> dict[str, WriteResult]:
        status = feed.text("processingStatus")
        if status not in ENDED:
            return _all(messages, LOOK_AGAIN)
        self._next_look.pop(feed.text("feedId"), None)
        if status != DONE:
            gone = Deferred(PUBLISH_AGAIN, f"Amazon ended the feed as {status}")
            return {each.process_id: gone for each in messages}
        try:
            refused = await self._report(feed)
        except Rejected as unread:
            return {each.process_id: Deferred(PUBLISH_AGAIN, unread.reason) for each in messages}
        whole = refused.get(0)
        return {each.process_id: refused.get(each.number) or whole or Accepted() for each in messages}

    async def _report(self, feed: Fields) -> Mapping[int, Refused]:
        feed_id = feed.text("feedId")
        if feed_id not in self._reports:
            self._reports = {feed_id: refusals(await self._feeds.report(feed))}
        return self._reports[feed_id]


def document(updates: Sequence[StockUpdate], seller: str) -> dict[str, object]:
    """Return the feed's document; its messages are numbered from 1 in the order of the updates."""
    messages = [
        {"messageId": number, "sku": each.listing.external_id, "operationType": "PATCH", **stock_patch(each.quantity)}
        for number, each in enumerate(updates, 1)
    ]
    return {"header": {"sellerId": seller, "version": "2.0", "issueLocale": _LOCALE}, "messages": messages}


def refusals(report: bytes) -> dict[int, Refused]:
    """Return what a processing report refuses, by message number; an error of the whole feed stands under 0."""
    if not report:
        return {}
    try:
        read = Fields.of(parse(report), "processing report")
    except ValueError as broken:
        raise unreadable("processing report") from broken
    found: dict[int, Refused] = {}
    for issue in read.children("issues"):
        if issue.maybe_text("severity") == "ERROR":
            refused = Refused(issue.maybe_text("code") or "invalid", issue.maybe_text("message") or "no reason given")
            found.setdefault(issue.count("messageId", 0), refused)
    return found


def _all(messages: Sequence[Message], look_again: float) -> dict[str, WriteResult]:
    return {each.process_id: Pending(each.process_id, look_again) for each in messages}


def _wait(stop: Throttled | Unavailable) -> float:
    return stop.retry_after if isinstance(stop, Throttled) else LOOK_AGAIN
