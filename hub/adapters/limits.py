"""Platform budgets kept on our side: windows told by headers, token buckets, and a breaker for client errors."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum

from hub.adapters.http import http_date
from hub.adapters.port import Meter
from hub.clock import Clock
from hub.outcome import Throttled


class Lane(IntEnum):
    """What a call is for, the most urgent first; a lower lane leaves a reserve for the higher ones."""

    TOKENS = 0
    ORDERS = 1
    TRACKING = 2
    STOCK = 3
    CATALOGUE = 4
    BACKFILL = 5


RESERVES: Mapping[Lane, float] = {
    Lane.TOKENS: 0.0,
    Lane.ORDERS: 0.0,
    Lane.TRACKING: 0.10,
    Lane.STOCK: 0.20,
    Lane.CATALOGUE: 0.40,
    Lane.BACKFILL: 0.60,
}
"""The part of a window that a lane leaves to the lanes above it."""


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

    def roll(self, server_now: datetime) -> None:
        if self.resets_at is not None and server_now >= self.resets_at:
            self.remaining, self.resets_at = self.limit, None

    def observe(self, headers: Mapping[str, str]) -> None:
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
        finally:
            self._in_flight -= 1

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
            window.observe(headers)

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
        return tuple(Meter(w.names.name, w.limit, w.remaining, w.resets_at) for w in self._windows)

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


class Bucket:
    """A token bucket for one endpoint group: ``capacity`` calls per ``window`` seconds, refilled evenly."""

    def __init__(self, name: str, capacity: float, window: float, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._capacity = capacity
        self._rate = capacity / window
        self._tokens = capacity
        self._at = clock.monotonic()
        self._held_until = self._at
        self._resets_at: datetime | None = None

    def admit(self, cost: float = 1.0) -> None:
        """Take ``cost`` calls, or raise ``Throttled`` with the seconds until they are there."""
        now = self._clock.monotonic()
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * self._rate)
        self._at = now
        wait = max(self._held_until - now, (cost - self._tokens) / self._rate)
        if wait > 1e-9:
            raise Throttled(wait, f"limit of {self._name}")
        self._tokens -= cost

    def correct(
        self, *, limit: float | None = None, remaining: float | None = None, reset_in: float | None = None
    ) -> None:
        """Believe the platform's headers: calls per window, calls left, seconds to the reset; None is unknown."""
        if limit is not None and limit > 0:
            self._rate *= limit / self._capacity
            self._capacity = limit
        if remaining is not None:
            self._tokens = min(self._tokens, remaining)
        if reset_in is not None:
            self._resets_at = self._clock.now() + timedelta(seconds=reset_in)
            if remaining is not None and remaining <= 0:
                self.hold(reset_in)

    @property
    def period(self) -> float:
        """The seconds in which one call comes back."""
        return 1 / self._rate

    def pace(self, rate: float) -> None:
        """Believe the platform's calls per second from here on; what may be called at once stays."""
        now = self._clock.monotonic()
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * self._rate)
        self._at, self._rate = now, rate

    def room(self) -> int:
        """Return how many calls would be admitted now."""
        now = self._clock.monotonic()
        if now < self._held_until:
            return 0
        return max(0, int(min(self._capacity, self._tokens + (now - self._at) * self._rate)))

    def hold(self, seconds: float) -> None:
        """Admit nothing for so long, as a 429 demanded; afterwards the bucket is not empty."""
        self._held_until = max(self._held_until, self._clock.monotonic() + seconds)
        self._tokens = max(self._tokens, 1.0)

    def meter(self) -> Meter:
        """Return limit and remaining as this side counts them."""
        return Meter(self._name, int(self._capacity), max(int(self._tokens), 0), self._resets_at)


@dataclass(slots=True)
class ErrorBreaker:
    """Stops an endpoint for a key after ``most`` client errors within ``window`` seconds.

    Exact blocks a key after more than ten in an hour; five keeps well below that.
    """

    clock: Clock
    most: int = 5
    window: float = 3600.0
    _errors: dict[str, deque[float]] = field(default_factory=dict)

    def admit(self, endpoint: str) -> None:
        """Raise ``Throttled`` for the rest of the window when the endpoint had its share of errors."""
        errors = self._recent(endpoint)
        if len(errors) >= self.most:
            wait = errors[0] + self.window - self.clock.monotonic()
            raise Throttled(wait, f"{endpoint} stopped after {len(errors)} refused calls within the hour")

    def count(self, endpoint: str) -> None:
        """Note one client error of an endpoint."""
        self._recent(endpoint).append(self.clock.monotonic())

    def stopped(self) -> tuple[str, ...]:
        """Return the endpoints that are stopped now."""
        return tuple(name for name in tuple(self._errors) if len(self._recent(name)) >= self.most)

    def _recent(self, endpoint: str) -> deque[float]:
        errors = self._errors.setdefault(endpoint, deque())
        horizon = self.clock.monotonic() - self.window
        while errors and errors[0] <= horizon:
            errors.popleft()
        return errors


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
