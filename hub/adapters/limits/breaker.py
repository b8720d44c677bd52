"""The breaker that stops an endpoint well before the platform blocks it."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from hub.adapters.limits.lanes import Lane
from hub.adapters.port import ERRORS, Meter
from hub.clock import Clock
from hub.metrics import Attribute, Metric, counter
from hub.outcome import Throttled

MOST = 5
"""Refused writes of an endpoint within the hour that the hub lets come to pass; Exact takes ten."""
_SOON = 1.0
"""Seconds in which a call under way has its answer, mostly."""

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
        errors = self._recent(endpoint)
        free = None if not errors else self.clock.now() + timedelta(seconds=self._left(errors[-1]))
        return Meter(f"{ERRORS}{endpoint}", self.most, max(0, self.most - len(errors)), free)

    def remember(self, meters: Iterable[Meter]) -> None:
        """Count refusals of before, all as if they came with the last of them: that is never too early."""
        now, here = self.clock.now(), self.clock.monotonic()
        for meter in meters:
            if meter.name.startswith(ERRORS) and meter.resets_at is not None and meter.resets_at > now:
                at = here - self.window + (meter.resets_at - now).total_seconds()
                count = (meter.limit or self.most) - (meter.remaining or 0)
                self._errors.setdefault(meter.name.removeprefix(ERRORS), deque()).extend([at] * count)

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
