"""A server's own time, by which its windows end: told by its ``Date``, carried on by the clock that nobody sets."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.clock import Clock

CLOCK_WAS_SET = 60.0
"""Seconds by which a lead differs that cannot be true any more: one of the clocks was set."""
HOUR = 3600.0


class ServerTime:
    """What the answers of one server tell of its time; our own clock may be set, and changes nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lead: float | None = None
        self._learned_at = 0.0

    def learn(self, date: datetime | None) -> None:
        """Keep the largest lead of the last hour: ``Date`` is cut to the second and ages on its way.

        Too late an end of a window costs a moment, too early a one costs a refused call.
        """
        if date is None:
            return
        at = self._clock.monotonic()
        lead = date.timestamp() - at
        known = self._lead if at - self._learned_at <= HOUR else None
        if known is None or lead > known or known - lead > CLOCK_WAS_SET:
            self._lead, self._learned_at = lead, at

    def now(self) -> datetime:
        """Return the server's time, our own before it has told any (UTC)."""
        if self._lead is None:
            return self._clock.now()
        return datetime.fromtimestamp(self._lead + self._clock.monotonic(), UTC)

    def at(self, here: datetime) -> datetime | None:
        """Return the server's time when ours was ``here``, at the least; None before it has told any."""
        return None if self._lead is None else here + (self.now() - self._clock.now())


_known: dict[tuple[Clock, str], ServerTime] = {}
"""One clock in a process, and a handful of servers."""


def server_time(clock: Clock, server: str) -> ServerTime:
    """Return what this process knows of a server's time, by its address.

    An adapter that was opened anew and had to learn it again would, where our clock is ahead, take a window that lasts
    for one that is over.
    """
    return _known.setdefault((clock, server), ServerTime(clock))
