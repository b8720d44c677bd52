"""The breaker that stops an endpoint well before the platform blocks it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hub.adapters.limits.lanes import Lane
from hub.adapters.port import ERRORS, Meter
from hub.clock import Clock
from hub.metrics import Attribute, Metric, counter
from hub.outcome import Throttled

MOST = 5
"""Refused writes of an endpoint within the hour that the hub lets come to pass; Exact takes ten."""
TOLD = 10
"""So many refusals of an endpoint are remembered with their times: at more, Exact has blocked it."""
_SOON = 1.0
"""Seconds in which a call under way has its answer, mostly."""

_SAME = 1.0
"""Seconds by which one moment may differ when it was written down twice."""

_held_back = counter(Metric.BUDGET_HELD_BACK)


@dataclass(slots=True)
class ErrorBreaker:
    """Stops the writes of an endpoint after ``most`` client errors within ``window`` seconds, and its reads later.

    Exact blocks a key after more than ten in an hour; five keeps well below that. Reads are hardly ever refused, and
    tell what became of writes: they go on up to ``most_reads``. Calls under way count as if all were to be refused.
    """

    clock: Clock
    most: int = MOST
    most_reads: int = 9
    window: float = 3600.0
    _errors: dict[str, deque[float]] = field(default_factory=dict)
    _reads: Counter[str] = field(default_factory=Counter)
    _writes: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def call(self, endpoint: str, lane: Lane, *, reads: bool) -> Iterator[None]:
        """Hold one call for the time of the block; ``count`` its refusal within. Raises like ``admit``."""
        try:
            self.admit(endpoint, reads=reads)
        except Throttled:
            _held_back.add(1, {Attribute.LANE.value: lane.word, Attribute.BUDGET.value: ERRORS.strip()})
            raise
        under_way = self._reads if reads else self._writes
        under_way[endpoint] += 1
        try:
            yield
        finally:
            under_way[endpoint] -= 1

    def admit(self, endpoint: str, *, reads: bool = False) -> None:
        """Raise ``Throttled`` for the rest of the window when the endpoint had its share of errors."""
        errors, most = self._recent(endpoint), self.most_reads if reads else self.most
        under_way = self._writes[endpoint] + (self._reads[endpoint] if reads else 0)
        if len(errors) + under_way < most:
            return
        if len(errors) < most:
            raise Throttled(_SOON, f"{endpoint} waits for calls under way: it had {len(errors)} refused ones lately")
        wait = self._left(errors[len(errors) - most])
        raise Throttled(wait, f"{endpoint} stopped after {len(errors)} refused calls within the hour")

    def wait(self, endpoint: str, kept: int) -> float:
        """Return the seconds until one more write may be refused, and ``kept`` after it, if none is until then."""
        errors, most = self._recent(endpoint), self.most - kept
        if len(errors) < most:
            return 0.0
        return self._left(errors[len(errors) - most]) if most > 0 else _SOON

    def count(self, endpoint: str) -> None:
        """Note one client error of an endpoint."""
        self._errors.setdefault(endpoint, deque()).append(self.clock.monotonic())

    def meters(self) -> tuple[Meter, ...]:
        """Return what each endpoint that was refused something may still get wrong, and when all of it counts again."""
        return tuple(self.meter(name) for name in tuple(self._errors))

    def meter(self, endpoint: str) -> Meter:
        """Return what one endpoint may still get wrong."""
        errors, now, here = self._recent(endpoint), self.clock.now(), self.clock.monotonic()
        times = tuple(now + timedelta(seconds=at - here) for at in errors)[-TOLD:]
        free = times[-1] + timedelta(seconds=self.window) if times else None
        return Meter(f"{ERRORS}{endpoint}", self.most, max(0, self.most - len(errors)), free, refused_at=times)

    def remember(self, meters: Iterable[Meter]) -> None:
        """Count refusals of before, each from its time; those without one as if they came last: never too early."""
        now, here = self.clock.now(), self.clock.monotonic()
        for meter in meters:
            if meter.name.startswith(ERRORS) and meter.resets_at is not None and meter.resets_at > now:
                name, times = meter.name.removeprefix(ERRORS), self._times(meter, meter.resets_at)
                known = [here + (at - now).total_seconds() for at in times]
                self._errors[name] = deque(sorted([*self._errors.get(name, ()), *known]))

    def _times(self, meter: Meter, free: datetime) -> list[datetime]:
        """Return when each refusal came, the last an hour before all is free.

        A hub that knows no times leaves those that it finds beside its own count: then they end too soon.
        """
        last, told = free - timedelta(seconds=self.window), meter.refused_at
        known = told if told and abs((told[-1] - last).total_seconds()) <= _SAME else ()
        return [*known, *[last] * ((meter.limit or self.most) - (meter.remaining or 0) - len(known))]

    def _left(self, at: float) -> float:
        return at + self.window - self.clock.monotonic()

    def stopped(self) -> tuple[str, ...]:
        """Return the endpoints whose writes are stopped now."""
        return tuple(name for name in tuple(self._errors) if len(self._recent(name)) >= self.most)

    def _recent(self, endpoint: str) -> deque[float]:
        errors = self._errors.get(endpoint, deque())
        horizon = self.clock.monotonic() - self.window
        while errors and errors[0] <= horizon:
            errors.popleft()
        return errors
