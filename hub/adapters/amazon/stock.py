"""Publishing stock on Amazon: by PATCH, most urgent first, or by feed where that is quicker; then seen through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import anyio

from hub.adapters.amazon.calls import AmazonCalls, answered
from hub.adapters.amazon.marketplaces import Marketplaces
from hub.adapters.amazon.patches import Patch, stock_error, stock_patch
from hub.adapters.amazon.refusals import MISSING_ROLE
from hub.adapters.amazon.seller import AmazonAccount
from hub.adapters.amazon.stock_feed import LOOK_AGAIN, Message, StockFeed
from hub.adapters.amazon.stock_plan import by_feed
from hub.adapters.amazon.usage_plans import PATCH_LISTING
from hub.adapters.limits import Bucket
from hub.adapters.port import Deferred, Pending, Refused, StockResult, StockUpdate, WriteResult
from hub.clock import Clock
from hub.outcome import Outcome, Rejected, Throttled, Unauthorized, Unavailable

PATIENCE = 10.0
"""Seconds that one call waits for room in the usage plan before it gives the rest back."""
FIRST_LOOK = 6.0
"""Seconds after which a patch has mostly taken effect; looking sooner mostly takes a second look."""
LONGEST_TURN = 60.0
"""Seconds after which what found no room is planned again at the latest."""
RETRY_AFTER = 1.0
TOO_MANY_FAILURES = 3
SIDE_BY_SIDE = 5
FEEDS_AT_ONCE, FEED_WINDOW = 5, 300.0
"""Listings feeds that an account may hand in within a window of seconds."""
MARKETPLACE = "marketplace"
"""The reference of a listing that names one marketplace where its SKU exists."""
STOCKED_BY_AMAZON = Refused("stocked_by_platform", "Amazon keeps the stock of this SKU itself")


@dataclass(slots=True)
class _Batch:
    """What became of the updates so far, by their place; ``answers`` counts what Amazon decided on."""

    results: dict[int, WriteResult] = field(default_factory=dict)
    failures: list[Outcome] = field(default_factory=list)
    answers: int = 0
    patience: float = PATIENCE

    @property
    def hopeless(self) -> bool:
        final = any(isinstance(each, Unauthorized | Rejected) for each in self.failures)
        return final or len(self.failures) >= TOO_MANY_FAILURES

    def fail(self, places: Iterable[int], failure: Outcome) -> None:
        self.failures.append(failure)
        wait = failure.retry_after if isinstance(failure, Throttled) else RETRY_AFTER
        self.results |= dict.fromkeys(places, Deferred(wait, str(failure)))


class StockWriter:
    """Writes absolute figures, one write per SKU for all marketplaces."""

    def __init__(
        self, calls: AmazonCalls, feed: StockFeed, account: AmazonAccount, marketplaces: Marketplaces, clock: Clock
    ) -> None:
        self._calls = calls
        self._feed = feed
        self._account = account
        self._marketplaces = marketplaces
        self._clock = clock
        self._feeds = Bucket("listings feeds", FEEDS_AT_ONCE, FEED_WINDOW, clock)
        self._doors = anyio.CapacityLimiter(SIDE_BY_SIDE)

    async def publish(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write the updates; zeros and low cover by PATCH in any case, before a feed takes the others."""
        home = (await self._marketplaces.ids())[0]
        batch = _Batch()
        batch.results = {p: STOCKED_BY_AMAZON for p, each in enumerate(updates) if each.listing.stocked_by_platform}
        own = [place for place in range(len(updates)) if place not in batch.results]
        stray = await self._feed.stray([updates[place] for place in own])
        fed = {own[place] for place in self._for_feed([updates[place] for place in own])}
        await self._patch_all(batch, {place: updates[place] for place in own if place not in fed}, home)
        if fed:
            await self._feed_all(batch, {place: updates[place] for place in sorted(fed)}, home)
        if batch.failures and not batch.answers:
            raise batch.failures[0]
        if stray is not None:
            batch.results |= _to_be_repeated(updates, batch.results, stray)
        return [batch.results[place] for place in range(len(updates))]

    def _for_feed(self, updates: Sequence[StockUpdate]) -> list[int]:
        if not self._feed.room or self._feeds.room() < 1:
            return []
        bucket = self._calls.bucket(PATCH_LISTING)
        return by_feed(updates, bucket.period, bucket.room())

    async def _feed_all(self, batch: _Batch, updates: dict[int, StockUpdate], home: str) -> None:
        self._feeds.admit()
        try:
            results = await self._feed.publish(list(updates.values()), home)
        except (Unauthorized, Rejected) as failure:
            if not isinstance(failure, Rejected) or failure.code == MISSING_ROLE:
                return batch.fail(updates, failure)
            results = [Refused(failure.code, failure.reason)] * len(updates)
        batch.answers += sum(isinstance(each, Pending | Refused) for each in results)
        batch.results |= dict(zip(updates, results, strict=True))
        return None

    async def _patch_all(self, batch: _Batch, updates: dict[int, StockUpdate], home: str) -> None:
        rest: Deferred | None = None
        left = 0
        async with anyio.create_task_group() as group:
            for place, update in updates.items():
                rest = rest or await self._room(batch)
                if rest is not None:
                    batch.results[place] = self._in_turn(rest, left)
                    left += 1
                    continue
                await self._doors.acquire_on_behalf_of((id(batch), place))
                group.start_soon(self._write, batch, place, update, home)

    def _in_turn(self, rest: Deferred, ahead: int) -> Deferred:
        """Let what found no room come back one after the other, not all to be planned again each time."""
        wait = ahead * self._calls.bucket(PATCH_LISTING).period
        return Deferred(rest.retry_after + min(wait, LONGEST_TURN), rest.reason)

    async def _room(self, batch: _Batch) -> Deferred | None:
        """Wait shortly for room; return what the remaining updates are told when there is none."""
        while not batch.hopeless:
            try:
                self._calls.bucket(PATCH_LISTING).admit()
            except Throttled as throttled:
                if throttled.retry_after > batch.patience:
                    return Deferred(throttled.retry_after, throttled.reason)
                batch.patience -= throttled.retry_after
                await anyio.sleep(throttled.retry_after)
            else:
                return None
        return Deferred(RETRY_AFTER, str(batch.failures[-1]))

    async def _write(self, batch: _Batch, place: int, update: StockUpdate, home: str) -> None:
        try:
            batch.results[place] = await self._patch(update, home)
            batch.answers += 1
        except (Throttled, Unavailable, Unauthorized, Rejected) as failure:
            batch.fail([place], failure)
        finally:
            self._doors.release_on_behalf_of((id(batch), place))

    async def _patch(self, update: StockUpdate, home: str) -> WriteResult:
        marketplace = update.listing.references.get(MARKETPLACE, home)
        try:
            response = await self._calls.send(
                PATCH_LISTING.at(seller=self._account.seller, sku=update.listing.external_id),
                params={"marketplaceIds": marketplace},
                body=stock_patch(update.quantity),
                admitted=True,
            )
        except Rejected as rejected:
            if rejected.code == MISSING_ROLE:
                raise
            return Refused(rejected.code, rejected.reason)
        answer = answered(response, PATCH_LISTING)
        if answer.text("status") == "INVALID":
            issues = answer.children("issues")
            return stock_error(issues, any_attribute=True) or Refused("invalid", "Amazon calls the patch invalid")
        return Pending(Patch.of(update, marketplace, self._clock.now()).process_id, FIRST_LOOK)


def _to_be_repeated(
    updates: Sequence[StockUpdate], results: Mapping[int, WriteResult], stray: Message
) -> dict[int, WriteResult]:
    """Let numbers that a stray feed may overwrite be written once more when it has ended, as a lost feed's are."""
    doubtful = [
        place
        for place, result in results.items()
        if isinstance(result, Pending) and updates[place].listing.quantity is None
    ]
    return {place: Pending(replace(stray, number=place + 1).process_id, LOOK_AGAIN) for place in doubtful}
