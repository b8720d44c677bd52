"""What will happen later on a platform, in the order in which it comes due."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

import anyio

from hub.sandbox.clock import Clock

LONGEST_NAP = 0.25
"""Real seconds after which a platform looks at its agenda anew, should nothing wake it."""


@dataclass
class Agenda:
    """Happenings with their moments; nothing runs by itself, ``run`` must be called."""

    _entries: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: count[int] = field(default_factory=count)
    _sooner: anyio.Event | None = None

    def add(self, due: datetime, happening: Callable[[], None]) -> None:
        if self._sooner is not None and (self.next_due is None or due < self.next_due):
            self._sooner.set()
        heapq.heappush(self._entries, (due, next(self._order), happening))

    async def nap(self, seconds: float) -> None:
        """Sleep so many real seconds, or until something is added that comes due before all else."""
        self._sooner = anyio.Event()
        with anyio.move_on_after(seconds):
            await self._sooner.wait()

    def run(self, now: datetime) -> None:
        """Let everything happen that is due by ``now``."""
        while self._entries and self._entries[0][0] <= now:
            heapq.heappop(self._entries)[2]()

    async def keep_time(self, settle: Callable[[], None], clock: Clock) -> None:
        """Settle whenever something comes due, though nobody asks, so that what follows goes out; never ends."""
        while True:
            settle()
            due = self.next_due
            nap = (due - clock.now()).total_seconds() if due else LONGEST_NAP
            await self.nap(min(LONGEST_NAP, max(0.005, nap)))

    @property
    def next_due(self) -> datetime | None:
        return self._entries[0][0] if self._entries else None
