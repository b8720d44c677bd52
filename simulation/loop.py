"""An event loop whose time leaps, whose order is drawn from a seed, and in which whole nodes freeze and die.

asyncio promises that callbacks run in the order in which they became ready; nothing of the hub may lean on that across
tasks. In every round the ready steps of different tasks are therefore put into a drawn order, and some are put off to
the next round. Callbacks that belong to no task keep their place, so that what a future promises stays true.
"""

from __future__ import annotations

import asyncio
import heapq
import selectors
from asyncio import Task
from collections.abc import Callable, Coroutine
from contextvars import Context
from itertools import count
from random import Random
from typing import Any

from simulation.place import PLACE

PUT_OFF = 0.08
"""Chance that a step that could run waits for the next round."""

MOST_ROUNDS = 200_000
"""Rounds without any time passing, after which something must be running in a circle."""


class Stalled(RuntimeError):
    """Nothing is left that could ever go on, or what goes on lets no time pass."""


class NumberedTask(Task[Any]):
    """A task whose place in a set follows from when it was made, not from where it lies in memory."""

    _log_destroy_pending = False

    def __new__(cls, coro: Coroutine[Any, Any, Any], *, loop: SeededLoop, **_: Any) -> NumberedTask:
        made: NumberedTask = super().__new__(cls)
        made.number = next(loop.numbers)
        return made

    number: int

    def __hash__(self) -> int:
        return self.number


class SeededLoop(asyncio.SelectorEventLoop):
    """Virtual time in seconds since the loop was made; no sockets, no threads."""

    def __init__(self, random: Random) -> None:
        super().__init__(selectors.SelectSelector())
        self.numbers = count(1)
        self.passed = 0.0
        self.steps = 0
        self._rounds = 0
        self._random = random
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self.set_task_factory(_numbered)

    def time(self) -> float:
        return self.passed

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Keep timers as plain tuples, which compare at no cost; those of one moment stay in order."""
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self.numbers), timer))
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Leave it where it is: it is thrown away once its time has come."""

    def _run_once(self) -> None:
        loop: Any = self
        if not loop._ready:
            self._leap()
        self._let_due(loop._ready)
        self._rounds += 1
        if self._rounds > MOST_ROUNDS:
            raise Stalled(f"{MOST_ROUNDS} rounds at {self.passed:.3f} s, and no time passes")
        now, loop._ready = loop._ready, type(loop._ready)()
        for handle in self._ordered(list(now)):
            if not handle._cancelled:
                self._step(handle)

    def _leap(self) -> None:
        """Go to the next timer."""
        timers = self._timers
        while timers and timers[0][2]._cancelled:
            heapq.heappop(timers)
        if not timers:
            raise Stalled("nothing is due any more, and something still waits")
        if timers[0][0] > self.passed:
            self.passed, self._rounds = timers[0][0], 0

    def _let_due(self, ready: Any) -> None:
        timers, passed = self._timers, self.passed
        while timers and timers[0][0] <= passed:
            handle = heapq.heappop(timers)[2]
            if not handle._cancelled:
                ready.append(handle)

    def _ordered(self, handles: list[Any]) -> list[Any]:
        if len(handles) < 2:
            return handles
        places = [place for place, handle in enumerate(handles) if _task_of(handle) is not None]
        drawn = places[:]
        self._random.shuffle(drawn)
        ordered = handles[:]
        for place, source in zip(places, drawn, strict=True):
            ordered[place] = handles[source]
        if places and self._random.random() < PUT_OFF:
            put_off = ordered.pop(self._random.choice(places))
            self._ready.append(put_off)  # type: ignore[attr-defined]
        return ordered

    def _step(self, handle: Any) -> None:
        place = handle._context.get(PLACE)
        if place is None or place.lets(handle):
            self.steps += 1
            handle._run()


def _task_of(handle: Any) -> Task[Any] | None:
    owner = getattr(handle._callback, "__self__", None)
    return owner if isinstance(owner, Task) else None


def _numbered(loop: asyncio.AbstractEventLoop, coro: Any, context: Context | None = None) -> Task[Any]:
    assert isinstance(loop, SeededLoop)
    return NumberedTask(coro, loop=loop, context=context)
