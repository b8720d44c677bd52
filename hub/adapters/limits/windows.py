"""The budget of one key: its windows as the platform's own headers tell them, shared out among lanes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from hub.adapters.http import http_date
from hub.adapters.limits.bucket import Bucket
from hub.adapters.limits.lanes import Lane
from hub.adapters.limits.server_time import ServerTime
from hub.adapters.limits.sharing import Sharing
from hub.adapters.limits.spending import Spending
from hub.adapters.limits.window import Window, WindowHeaders
from hub.adapters.port import LANE, Meter
from hub.clock import Clock
from hub.metrics import Attribute, Metric, counter
from hub.outcome import Throttled, Unavailable

_MARGIN = 0.05
"""Seconds added to a wait, for moments are rounded."""

FEW = 15
"""So few calls are each noted before they are made: more than a node begins before the first answer tells it better."""

_spent = counter(Metric.BUDGET_SPENT)
_held_back = counter(Metric.BUDGET_HELD_BACK)


class Budget:
    """The windows of one key as the platform's headers tell them; a missing header means unknown.

    Waits are computed in the server's time, known from its ``Date`` header.
    """

    def __init__(
        self, name: str, windows: tuple[WindowHeaders, ...], clock: Clock, time: ServerTime | None = None
    ) -> None:
        """``time`` is what is known of the server's time already."""
        self._name = name
        self._windows = tuple(Window(names, Sharing(names.rule, clock)) for names in windows)
        self._clock = clock
        self._time = time or ServerTime(clock)
        self._in_flight = 0
        self._made: dict[Lane, tuple[int, Spending]] = {}

    @contextmanager
    def call(self, lane: Lane) -> Iterator[None]:
        """Hold one call for the time of the block; ``observe`` its answer within. Raises like ``admit``."""
        self.admit(lane)
        began = self._clock.monotonic()
        self._in_flight += 1
        self._count(lane)
        try:
            yield
        except Unavailable:
            self._count_lost()
            raise
        else:
            self._believe(began)
        finally:
            self._in_flight -= 1

    def _count(self, lane: Lane) -> None:
        _spent.add(1, {Attribute.LANE.value: lane.word})
        at = self._clock.monotonic()
        calls, spending = self._made.get(lane) or (0, Spending.begin(at, 0))
        spending.spend(at, -calls - 1)
        self._made[lane] = calls + 1, spending

    def _count_lost(self) -> None:
        """A call whose answer was lost may have been counted, or may yet; one that is begun after that will tell."""
        for window in self._windows:
            window.lose(self._time.now(), self._clock.monotonic())

    def _believe(self, began: float) -> None:
        """An answer to a call that was begun after all lost ones had landed counts everything that was counted."""
        for window in self._windows:
            window.forget_lost(began)

    def admit(self, lane: Lane) -> None:
        """Raise ``Throttled`` until there is room for one more call of this lane in every window."""
        now = self._time.now()
        shares = [share for window in self._windows if (share := self._drawn(window, lane, now)) is not None]
        for share in shares:
            share.admit()

    def _drawn(self, window: Window, lane: Lane, now: datetime) -> Bucket | None:
        """Return the lane's own share that a call must be taken from; raises ``Throttled`` where none may be made."""
        window.roll(now, self._clock.monotonic())
        room = window.room(now, self._in_flight)
        if room is None:
            return None
        if window.sharing.open_to(lane, room) > 0:
            return window.sharing.draws(lane, room)
        _held_back.add(1, {Attribute.LANE.value: lane.word, Attribute.BUDGET.value: window.names.name})
        wait = window.sharing.wait(lane, room)
        until = self._until_reset(window, now)
        least = min(until, max(wait, 1.0) + _MARGIN) if wait is not None else until
        raise Throttled(least, f"{window.names.name} budget of {self._name}")

    def observe(self, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer, a 429's too."""
        self._time.learn(http_date(headers.get("Date", "")))
        for window in self._windows:
            window.observe(headers, self._clock.monotonic())

    def wait(self) -> float | None:
        """Return the seconds until an exhausted window resets, None where none is exhausted."""
        now = self._time.now()
        return max((self._until_reset(w, now) for w in self._windows if w.remaining == 0), default=None)

    def meters(self) -> tuple[Meter, ...]:
        """Return the windows as last told, in the order they were given; calls under way count as made."""
        return tuple(window.meter(self._clock.monotonic(), self._in_flight) for window in self._windows)

    def scarce(self) -> tuple[Meter, ...]:
        """Return the windows that have few calls left."""
        return tuple(one for one in self.meters() if one.remaining is not None and one.remaining < FEW)

    def lane_meters(self) -> tuple[Meter, ...]:
        """Return of each lane that called how fast it calls, and what the longest window would let it call now."""
        window, at, now = self._windows[-1], self._clock.monotonic(), self._time.now()
        room = window.room(now, 0)
        return tuple(
            Meter(
                f"{LANE}{lane.word}",
                None,
                None if room is None else window.sharing.open_to(lane, room),
                window.resets_at,
                spending.per_hour(at),
            )
            for lane, (_, spending) in sorted(self._made.items())
        )

    def share_meters(self) -> tuple[Meter, ...]:
        """Return what is left of the lanes' own shares of the longest window."""
        return self._windows[-1].sharing.meters()

    def remember(self, meters: Iterable[Meter]) -> None:
        """Take up what was stored of windows that still last, and how fast lanes called."""
        stored, at = {meter.name: meter for meter in meters}, self._clock.monotonic()
        for lane in Lane:
            meter = stored.get(f"{LANE}{lane.word}")
            if meter is not None:
                self._made[lane] = 0, Spending.resumed(at, 0, meter.per_hour or 0.0)
        for window in self._windows:
            meter = stored.get(window.names.name)
            if meter is not None and meter.resets_at is not None and meter.resets_at > self._time.now():
                window.remember(meter, at)
        longest = self._windows[-1]
        longest.sharing.remember(stored, longest.limit or 0)

    def _until_reset(self, window: Window, now: datetime) -> float:
        """Return the seconds to the reset; where it is unknown, the next answer will tell or a minute must do."""
        if window.resets_at is None:
            return 1.0 if self._in_flight else 60.0
        return max((window.resets_at - now).total_seconds(), 0.0) + _MARGIN
