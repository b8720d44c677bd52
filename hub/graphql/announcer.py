"""Live sync events: one reader per tenant with subscribers, each event read once and handed to all of them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from weakref import WeakValueDictionary

import anyio
from anyio.abc import TaskGroup

from hub.graphql.feed import PAGE, Event, Feed, Subscriber
from hub.graphql.loaders import Loaders
from hub.graphql.sharing import RecentAnswers
from hub.store.engine import Database
from hub.store.events import TOPIC, EventFilter, events_after, newest_event


class Announcer:
    """Feeds of all tenants with subscribers, in this process; enter it for as long as the process serves.

    A commit of this process rings at once (``ring``, or the store's own signal); what other
    nodes commit is found by polling.
    """

    def __init__(self, database: Database, *, poll_seconds: float = 1.0, room: int = 1000) -> None:
        self._database = database
        self._poll_seconds = poll_seconds
        self._room = room
        self._feeds: dict[str, Feed] = {}
        self._loaders: WeakValueDictionary[str, Loaders] = WeakValueDictionary()
        self._tasks: TaskGroup | None = None
        self.recent = RecentAnswers(database.clock)
        self.closed = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hand out events until the end of the block; then every subscription is completed."""
        async with anyio.create_task_group() as self._tasks:
            with self._database.listening(TOPIC, self._heard):
                try:
                    yield
                finally:
                    self.close()
                    self._tasks.cancel_scope.cancel()
                    self._tasks = None

    def ring(self, tenant_id: str) -> None:
        """Say that the tenant has new events; costs nothing where nobody listens."""
        if feed := self._feeds.get(tenant_id):
            feed.ring()

    def loaders(self, tenant_id: str) -> Loaders:
        """Return loaders that all streams of a tenant share, so that one event is looked up once for all of them."""
        found = self._loaders.get(tenant_id)
        if found is None:
            found = self._loaders[tenant_id] = Loaders(self._database, tenant_id)
        return found

    def listeners(self, tenant_id: str) -> int:
        """Return how many subscribers of the tenant hear live events here."""
        feed = self._feeds.get(tenant_id)
        return 0 if feed is None else len(feed.subscribers)

    def close(self) -> None:
        """Complete every subscription and accept no more, so that a stopping server is not held up."""
        self.closed = True
        for feed in self._feeds.values():
            for subscriber in feed.subscribers:
                subscriber.close()

    def _heard(self, keys: Sequence[Hashable]) -> None:
        for key in keys:
            self.ring(str(key))

    async def follow(
        self,
        tenant_id: str,
        after: int | None,
        only: EventFilter,
        beat: float,
        still_wanted: Callable[[], Awaitable[None]],
    ) -> AsyncGenerator[list[Event], None]:
        """Yield events after a number (None: from now on), oldest first, without a gap or a duplicate.

        Old ones come from the store page by page, then live ones. ``still_wanted`` is awaited at least every ``beat``
        seconds and ends the subscription by raising.
        """
        seen = await self._newest(tenant_id) if after is None else after
        async with aclosing(self._stored(tenant_id, seen, only)) as pages:
            async for page in pages:
                seen = page[-1].seq
                yield page
                await still_wanted()
        with self._subscribed(tenant_id, only) as (feed, subscriber):
            await feed.begin()
            async with aclosing(self._stored(tenant_id, seen, only)) as pages:
                async for page in pages:
                    seen = page[-1].seq
                    yield page
            while not (subscriber.closed or self.closed):
                fresh = _behind(seen, await subscriber.take(beat))
                await still_wanted()
                if fresh:
                    seen = fresh[-1].seq
                    yield fresh

    async def _stored(self, tenant_id: str, after: int, only: EventFilter) -> AsyncGenerator[list[Event], None]:
        """Yield pages of stored events until there are no more."""
        full = True
        while full:
            async with self._database.read() as connection:
                page = list(await events_after(connection, tenant_id, after, only, PAGE))
            full = len(page) == PAGE
            if page:
                after = page[-1].seq
                yield page

    async def _newest(self, tenant_id: str) -> int:
        async with self._database.read() as connection:
            return await newest_event(connection, tenant_id)

    @contextmanager
    def _subscribed(self, tenant_id: str, only: EventFilter) -> Iterator[tuple[Feed, Subscriber]]:
        feed, subscriber = self._feed(tenant_id), Subscriber(only, self._room)
        feed.subscribers.add(subscriber)
        try:
            yield feed, subscriber
        finally:
            feed.subscribers.discard(subscriber)
            if not feed.subscribers:
                feed.ended.cancel()
                self._feeds.pop(tenant_id, None)

    def _feed(self, tenant_id: str) -> Feed:
        if self._tasks is None:
            raise RuntimeError("the announcer is not running")
        if tenant_id not in self._feeds:
            self._feeds[tenant_id] = Feed(self._database, tenant_id, self._poll_seconds)
            self._tasks.start_soon(self._feeds[tenant_id].run)
        return self._feeds[tenant_id]


def _behind(seen: int, events: list[Event]) -> list[Event]:
    """Return the events, oldest first, that come after one."""
    return events if not events or events[0].seq > seen else [event for event in events if event.seq > seen]
