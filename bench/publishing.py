"""Publishing as a channel's stock lane does, against the real adapter: in turns, in urgency, followed to the end."""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

import anyio

from bench.failure import NotMeasured
from hub.actors.channel.stock import StockLane
from hub.adapters.port import Accepted, Channel, ChannelListing, Deferred, Pending, StockUpdate
from hub.outcome import Throttled

T = TypeVar("T")
LOOK_AGAIN = 2.0
"""The hub's usual pace of following, seconds."""


class NotTaken(NotMeasured):
    """The platform refused what it should take."""


@dataclass(slots=True)
class Publishing:
    """``taken`` is when the platform had accepted the last value, for whatever it does with it; loop time."""

    channel: Channel
    taken: float = 0.0
    _waiting: list[tuple[float, int, StockUpdate]] = field(default_factory=list)
    _pending: dict[str, StockUpdate] = field(default_factory=dict)
    _look_at: float = 0.0
    _numbers: Iterator[int] = field(default_factory=count)

    async def publish(self, updates: Sequence[StockUpdate]) -> None:
        """Return once every update has come to its end."""
        for update in sorted(updates, key=lambda one: (one.quantity > 0, one.quantity)):
            self._wait(update, anyio.current_time())
        while self._waiting or self._pending:
            await anyio.sleep_until(self._next())
            if due := self._due():
                await self._turn(due)
            if self._pending and self._look_at <= anyio.current_time():
                await self._look()

    def _wait(self, update: StockUpdate, due: float) -> None:
        heapq.heappush(self._waiting, (due, next(self._numbers), update))

    def _next(self) -> float:
        first = [self._waiting[0][0]] if self._waiting else []
        return min([*first, self._look_at] if self._pending else first)

    def _due(self) -> list[StockUpdate]:
        most, now = min(StockLane.batch, self.channel.stock_batch), anyio.current_time()
        due: list[StockUpdate] = []
        while self._waiting and self._waiting[0][0] <= now and len(due) < most:
            due.append(heapq.heappop(self._waiting)[2])
        return due

    async def _turn(self, due: Sequence[StockUpdate]) -> None:
        results = await patiently(self.channel.publish_stock, due)
        now, looks = anyio.current_time(), []
        for update, result in zip(due, results, strict=True):
            match result:
                case Accepted():
                    self.taken = now
                case Pending(process_id, look_again):
                    self.taken = now
                    self._pending[process_id] = update
                    looks.append(now + (look_again or LOOK_AGAIN))
                case Deferred(retry_after):
                    self._wait(update, now + retry_after)
                case other:
                    raise NotTaken(f"{update.listing.external_id}: {other}")
        if looks:
            self._look_at = min([*looks, self._look_at] if self._look_at > now else looks)

    async def _look(self) -> None:
        answers = await patiently(self.channel.follow, list(self._pending))
        now, looks = anyio.current_time(), []
        for process_id, answer in answers.items():
            match answer:
                case Pending(_, look_again):
                    looks.append(now + (look_again or LOOK_AGAIN))
                case Accepted():
                    del self._pending[process_id]
                case Deferred(retry_after):
                    self._wait(self._pending.pop(process_id), now + retry_after)
                case other:
                    raise NotTaken(f"{process_id}: {other}")
        self._look_at = min(looks, default=now)


async def all_listings(channel: Channel) -> list[ChannelListing]:
    """Read the listings whose stock is the seller's own."""
    found: list[ChannelListing] = []
    cursor, more = None, True
    while more:
        page = await patiently(channel.listings, cursor)
        found += [row for row in page.rows if not row.stocked_by_platform]
        cursor, more = page.cursor, page.more
    return found


async def patiently(call: Callable[..., Awaitable[T]], *given: object) -> T:
    """Call until the limits let us through."""
    while True:
        try:
            return await call(*given)
        except Throttled as throttled:
            await anyio.sleep(throttled.retry_after)
