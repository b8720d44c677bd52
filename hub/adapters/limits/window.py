"""One window of a budget, as the platform's own headers tell it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.adapters.limits.sharing import Room, Rule, Sharing
from hub.adapters.limits.spending import Spending
from hub.adapters.port import Meter

LANDS = 20.0
"""Seconds after its answer was given up in which a call may still reach the platform, and be counted."""


@dataclass(frozen=True, slots=True)
class WindowHeaders:
    """The header names of one window, and how its calls are shared out; the reset is in epoch milliseconds."""

    name: str
    limit: str
    remaining: str
    reset: str
    rule: Rule


@dataclass(slots=True)
class Window:
    """What is known of one window; all None until a header told it.

    ``lost`` counts calls whose answer was lost since the platform last told what is left: it may have counted them, or
    may yet, in the next window too, up to ``landed_at`` (monotonic seconds). Where it is not known when the window
    ends, they count until one that the last of them began would have ended.
    """

    names: WindowHeaders
    sharing: Sharing
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None
    spending: Spending | None = None
    lost: int = 0
    lost_until: datetime | None = None
    landed_at: float = -math.inf

    def roll(self, server_now: datetime, at: float) -> None:
        """Begin the next window where this one has ended; ``at`` is the same moment in monotonic seconds."""
        ends_at = self.resets_at or self.lost_until
        if ends_at is not None and server_now >= ends_at:
            self.remaining, self.resets_at = self.limit, None
            self.lost_until = server_now + timedelta(seconds=self.landed_at - at) if at < self.landed_at else None
            self.forget_lost(at)

    def lose(self, server_now: datetime, at: float) -> None:
        """Count a call whose answer was lost."""
        self.lost += 1
        self.lost_until = server_now + timedelta(seconds=self.names.rule.seconds)
        self.landed_at = at + LANDS

    def forget_lost(self, at: float) -> None:
        """Believe that what is told of a call begun ``at`` a moment counts all calls before, if all have landed."""
        if at >= self.landed_at:
            self.lost = 0

    def observe(self, headers: Mapping[str, str], at: float) -> None:
        """Believe the headers; an answer overtaken by a later one never raises what is left."""
        limit = _number(headers.get(self.names.limit))
        remaining = _number(headers.get(self.names.remaining))
        reset = _instant(headers.get(self.names.reset))
        if limit is not None:
            self.limit = limit
        overtaken = reset is not None and self.resets_at is not None and reset < self.resets_at
        if remaining is None or overtaken:
            return
        same_window = self.remaining is not None and reset == self.resets_at
        self.remaining = min(self.remaining or 0, remaining) if same_window else remaining
        if not same_window:
            self.forget_lost(at)
        self.resets_at = reset
        self._spend(self.remaining, at)

    def _spend(self, left: int, at: float) -> None:
        if self.spending is None:
            self.spending = Spending.begin(at, left)
        else:
            self.spending.spend(at, left)

    @property
    def left(self) -> int | None:
        """Return the calls that are left for certain."""
        return None if self.remaining is None else max(0, self.remaining - self.lost)

    def meter(self, at: float, in_flight: int) -> Meter:
        """Return the window as last told, calls under way counted; ``at`` is a monotonic moment in seconds."""
        pace = None if self.spending is None else self.spending.per_hour(at)
        left = None if self.left is None else max(0, self.left - in_flight)
        return Meter(self.names.name, self.limit, left, self.resets_at, pace)

    def remember(self, meter: Meter, at: float) -> None:
        """Take up what was stored of it; ``at`` is a monotonic moment in seconds."""
        self.limit, self.remaining, self.resets_at = meter.limit, meter.remaining, meter.resets_at
        if meter.remaining is not None:
            self.spending = Spending.resumed(at, meter.remaining, meter.per_hour or 0.0)

    def room(self, now: datetime, in_flight: int) -> Room | None:
        """Return what is left for calls to come, None where nothing is known; calls under way may not be counted."""
        if self.left is None:
            return None
        left = None if self.resets_at is None else max(0.0, (self.resets_at - now).total_seconds())
        return Room(self.left - in_flight, self.limit or 0, left)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdigit() else None


def _instant(text: str | None) -> datetime | None:
    """Read epoch milliseconds; nonsense counts as unknown."""
    milliseconds = _number(text)
    if milliseconds is None:
        return None
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
