"""Time that leaps: an event loop that, where nothing is to be done, goes on at its next timer at once.

What waits for a limit of a platform waits as long as at real speed by every clock of the loop, and the machine's own
slowness takes no time at all. Everything must live in the loop: no sockets, no threads.
"""

from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio

from hub.sandbox.clock import Clock

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A quiet moment, well within a minute and a day of any platform's windows."""


class Stalled(RuntimeError):
    """Nothing is left that could ever go on."""


class _Leaping(selectors.SelectSelector):
    """Never waits: what the loop wanted to wait is added to ``passed``."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stalled("nothing is due any more, and something still waits")
        found = super().select(0)
        if not found:
            self.passed += max(0.0, timeout)
        return found


class LeapingLoop(asyncio.SelectorEventLoop):
    """A loop whose time is as long as its timers, not its work."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.passed


class LeapingClock(Clock):
    """The loop's time as a clock, for the sandbox as for the hub (``hub.clock.Clock``)."""

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Return the seconds that have passed in the loop."""
        return anyio.current_time()

    @staticmethod
    def since(began: float, at: datetime) -> float:
        """Return the seconds from a moment of the loop to an instant."""
        return (at - START).total_seconds() - began


RUN: dict[str, Any] = {"loop_factory": LeapingLoop}
"""Options of ``anyio.run``."""
