"""Where code runs: one incarnation of a node, which may freeze, go on, or die between any two of its steps."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from contextvars import ContextVar, copy_context
from itertools import count
from math import inf
from typing import Any, TypeVar

T = TypeVar("T")

PLACE: ContextVar[Place | None] = ContextVar("place", default=None)


class Died(Exception):
    """The node that was to do something died before it was done."""


class Place:
    """A process that never was: all tasks begun in it bear its mark, and so do theirs.

    Nothing of a dead place ever runs again, not even what would tidy up; its files are closed as the system would,
    which takes back what was not committed.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps = 0
        self.dead = False
        self.died_at: float | None = None
        self.paused = False
        self.freezes: list[tuple[float, float]] = []
        self.files: list[sqlite3.Connection] = []
        self._mourners: dict[int, Callable[[], None]] = {}
        self._numbers = count()
        self._held: list[Any] = []
        self._last: int | None = None
        self._freezes_at: int | None = None
        context = copy_context()
        context.run(PLACE.set, self)
        self.context = context

    def lets(self, handle: Any) -> bool:
        """Say whether a step may run now; one of a frozen place is kept until it goes on."""
        if self.dead:
            return False
        if self.paused:
            self._held.append(handle)
            return False
        self.steps += 1
        if self._last is not None and self.steps > self._last:
            self.die()
            return False
        if self._freezes_at is not None and self.steps > self._freezes_at and not self._writes():
            self.pause()
            self._held.append(handle)
            return False
        return True

    def _writes(self) -> bool:
        """Say whether a transaction is open: PostgreSQL cuts off who freezes in one, and SQLite has no second node."""
        return any(file.in_transaction for file in self.files)

    def doom(self, steps: int) -> None:
        """Let it die after so many more steps."""
        self._last = self.steps + steps

    def undoom(self) -> None:
        """Let it live."""
        self._last = None

    def pause(self, after: int = 0) -> None:
        """Freeze, in the middle of whatever it does, at once or after so many more steps."""
        self._freezes_at = self.steps + after if after else None
        self.paused = not after
        if self.paused:
            self.freezes.append((asyncio.get_event_loop().time(), inf))

    def go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Go on where it was frozen, with everything that came due meanwhile."""
        if self.paused:
            self.freezes[-1] = (self.freezes[-1][0], loop.time())
        self.paused, self._freezes_at = False, None
        held, self._held = self._held, []
        ready: Any = loop
        ready._ready.extend(held)

    def awake(self, since: float, until: float) -> float:
        """Return for how many seconds between two moments (loop seconds) it was neither dead nor frozen."""
        until = until if self.died_at is None else min(until, self.died_at)
        frozen = (min(until, end) - max(since, begin) for begin, end in self.freezes)
        return max(0.0, until - since) - sum(seconds for seconds in frozen if seconds > 0)

    def die(self) -> None:
        """End at once; whoever waits for an answer learns that there is none."""
        if self.dead:
            return
        self.dead = True
        self.died_at = asyncio.get_event_loop().time()
        for file in self.files:
            file.close()
        mourners, self._mourners = self._mourners, {}
        for mourn in mourners.values():
            mourn()
        self._held.clear()

    def mourned(self, mourn: Callable[[], None]) -> Callable[[], None]:
        """Have something called when this place dies; what is returned calls that off."""
        number = next(self._numbers)
        self._mourners[number] = mourn
        return lambda: (self._mourners.pop(number, None), None)[1]

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Begin a task in this place."""
        return asyncio.get_running_loop().create_task(work, context=self.context.copy())

    async def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done in this place and return what came of it; ``Died`` where it died meanwhile."""
        if self.dead:
            work.close()
            raise Died(self.name)
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        task = self.spawn(work)
        task.add_done_callback(lambda done: _pass_on(done, answer), context=copy_context())
        alive = self.mourned(lambda: None if answer.done() else answer.set_exception(Died(self.name)))
        try:
            return await answer
        finally:
            alive()


def _pass_on(done: asyncio.Task[T], answer: asyncio.Future[T]) -> None:
    if answer.done():
        return
    if done.cancelled():
        answer.set_exception(Died("cancelled"))
    elif (error := done.exception()) is not None:
        answer.set_exception(error)
    else:
        answer.set_result(done.result())
