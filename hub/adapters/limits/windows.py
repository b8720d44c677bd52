"""Budgets in windows, as the platform's own headers tell them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hub.adapters.http import http_date
from hub.adapters.limits.lanes import RESERVES, Lane
from hub.adapters.limits.spending import Spending
from hub.adapters.port import Meter
from hub.clock import Clock
from hub.outcome import Throttled, Unavailable

_CLOCK_WAS_SET = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class WindowHeaders:
    """The header names of one window; the reset is in epoch milliseconds."""

    name: str
    limit: str
    remaining: str
    reset: str


@dataclass(slots=True)
class _Window:
    """What is known of one window; all None until a header told it."""

    names: WindowHeaders
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None
    spending: Spending | None = None

    def roll(self, server_now: datetime) -> None:
        if self.resets_at is not None and server_now >= self.resets_at:
            self.remaining, self.resets_at = self.limit, None

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
        self.resets_at = reset
        self._spend(self.remaining, at)

    def _spend(self, left: int, at: float) -> None:
        if self.spending is None:
            self.spending = Spending.begin(at, left)
        else:
            self.spending.spend(at, left)

    def meter(self, at: float) -> Meter:
        pace = None if self.spending is None else self.spending.per_hour(at)
        return Meter(self.names.name, self.limit, self.remaining, self.resets_at, pace)

    def lacks(self, reserve: float, in_flight: int) -> bool:
        """Tell whether one more call would touch the reserve; calls under way may not be counted yet."""
        if self.remaining is None:
            return False
        return self.remaining - in_flight <= int((self.limit or 0) * reserve)


class Budget:
    """The windows of one key as the platform's headers tell them; a missing header means unknown.

    Waits are computed in the server's time, known from its ``Date`` header.
    """

    def __init__(self, name: str, windows: tuple[WindowHeaders, ...], clock: Clock) -> None:
        self._name = name
        self._windows = tuple(_Window(names) for names in windows)
        self._clock = clock
        self._lead: timedelta | None = None
        self._in_flight = 0

    @contextmanager
    def call(self, lane: Lane) -> Iterator[None]:
        """Hold one call for the time of the block; ``observe`` its answer within. Raises like ``admit``."""
        self.admit(lane)
        self._in_flight += 1
        try:
            yield
        except Unavailable:
            self._count_lost()
            raise
        finally:
            self._in_flight -= 1

    def _count_lost(self) -> None:
        """A call whose answer was lost may have been counted; the next answer of a new window tells the truth."""
        for window in self._windows:
            if window.remaining:
                window.remaining -= 1

    def admit(self, lane: Lane) -> None:
        """Raise ``Throttled`` until the reset of a window that has no room for one more call of this lane."""
        now = self._server_now()
        for window in self._windows:
            window.roll(now)
            if window.lacks(RESERVES[lane], self._in_flight):
                raise Throttled(self._until_reset(window, now), f"{window.names.name} budget of {self._name}")

    def observe(self, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer, a 429's too."""
        self._learn_time(http_date(headers.get("Date", "")))
        for window in self._windows:
            window.observe(headers, self._clock.monotonic())

    def _learn_time(self, date: datetime | None) -> None:
        """Keep the largest lead of the server seen: ``Date`` is cut to the second and ages on its way.

        Too late a reset costs a moment, too early a one costs a refused call. A lead that cannot be true
        any more means that one of the clocks was set.
        """
        if date is None:
            return
        lead = date - self._clock.now()
        if self._lead is None or lead > self._lead or self._lead - lead > _CLOCK_WAS_SET:
            self._lead = lead

    def wait(self) -> float | None:
        """Return the seconds until an exhausted window resets, None where none is exhausted."""
        now = self._server_now()
        return max((self._until_reset(w, now) for w in self._windows if w.remaining == 0), default=None)

    def meters(self) -> tuple[Meter, ...]:
        """Return the windows as last told, in the order they were given."""
        return tuple(window.meter(self._clock.monotonic()) for window in self._windows)

    def remember(self, meters: Iterable[Meter]) -> None:
        """Take up what was stored of windows that still last."""
        stored = {meter.name: meter for meter in meters}
        for window in self._windows:
            meter = stored.get(window.names.name)
            if meter is not None and meter.resets_at is not None and meter.resets_at > self._clock.now():
                window.limit, window.remaining, window.resets_at = meter.limit, meter.remaining, meter.resets_at

    def server_time(self, here: datetime) -> datetime | None:
        """Return the server's time when ours was ``here``, at the least; None before its first answer."""
        return None if self._lead is None else here + self._lead

    def _server_now(self) -> datetime:
        return self._clock.now() + (self._lead or timedelta())

    def _until_reset(self, window: _Window, now: datetime) -> float:
        """Return the seconds to the reset; where it is unknown, the next answer will tell or a minute must do."""
        if window.resets_at is None:
            return 1.0 if self._in_flight else 60.0
        return max((window.resets_at - now).total_seconds(), 0.0) + 0.05


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
