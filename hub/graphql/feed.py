"""One tenant's live events: read once, handed to every subscriber that wants them."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Sequence
from typing import Any, TypeAlias

import anyio
from sqlalchemy import Row

from hub.graphql.errors import FellBehind
from hub.store.engine import Database, StoreUnavailable
from hub.store.events import EventFilter, events_after, newest_event

log = logging.getLogger(__name__)

PAGE = 200
Event: TypeAlias = Row[Any]


class Subscriber:
    """What one subscriber has yet to take; past ``room`` events it is cut off with an error that says so."""

    def __init__(self, only: EventFilter, room: int) -> None:
        self._only = None if only == EventFilter() else only
        self._room = room
        self._waiting: deque[Event] = deque()
        self._rung = anyio.Event()
        self._fell_behind = False
        self.closed = False

    def offer(self, events: Sequence[Event]) -> None:
        """Hand over those events that the subscriber wants."""
        only, free = self._only, self._room - len(self._waiting)
        chosen = events if only is None else [event for event in events if wanted(event, only)]
        if not chosen or self._fell_behind:
            return
        self._waiting.extend(chosen[:free])
        self._fell_behind = len(chosen) > free
        self._rung.set()

    def close(self) -> None:
        """End the subscription once it has taken what waits."""
        self.closed = True
        self._rung.set()

    async def take(self, seconds: float) -> list[Event]:
        """Return all that waits, as soon as something does; nothing after so many seconds, or once closed."""
        if not self._waiting and not self._fell_behind and not self.closed:
            with anyio.move_on_after(seconds):
                await self._rung.wait()
        if not self.closed:
            self._rung = anyio.Event()
        taken = list(self._waiting)
        self._waiting.clear()
        if self._fell_behind and not taken:
            raise FellBehind("Events happen faster than you read them: subscribe again after your last cursor.")
        return taken


class Feed:
    """One tenant's events as they are committed, for as long as somebody listens."""

    def __init__(self, database: Database, tenant_id: str, poll_seconds: float) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._poll_seconds = poll_seconds
        self._rung = anyio.Event()
        self.position: int | None = None
        self.subscribers: set[Subscriber] = set()
        self.ended = anyio.CancelScope()

    def ring(self) -> None:
        """Look for new events now."""
        self._rung.set()

    async def begin(self) -> None:
        """Return once every later event is handed out."""
        async with self._database.read() as connection:
            newest = await newest_event(connection, self._tenant_id)
        if self.position is None:
            self.position = newest

    async def run(self) -> None:
        """Read and hand out events until the last subscriber has gone; an unreachable database is asked again."""
        with self.ended:
            while True:
                try:
                    await self._read_on()
                except StoreUnavailable as fault:
                    log.warning("events cannot be read, trying again: %s", fault)
                with anyio.move_on_after(self._poll_seconds):
                    await self._rung.wait()
                self._rung = anyio.Event()

    async def _read_on(self) -> None:
        more = self.position is not None
        while more and self.position is not None:
            async with self._database.read() as connection:
                rows = await events_after(connection, self._tenant_id, self.position, EventFilter(), PAGE)
            if rows:
                self.position = rows[-1].seq
                for subscriber in self.subscribers:
                    subscriber.offer(rows)
            more = len(rows) == PAGE


def wanted(event: Event, only: EventFilter) -> bool:
    """Say whether the filter lets an event through; the same rule as the store's."""
    return (
        only.channel_id in (None, event.channel_id)
        and (not only.kinds or event.kind in only.kinds)
        and (not only.levels or event.level in only.levels)
        and only.subject_type in (None, event.subject_type)
        and only.subject_id in (None, event.subject_id)
    )
