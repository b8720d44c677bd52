"""The breaker that stops an endpoint well before the platform blocks it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from hub.adapters.port import ERRORS, Meter
from hub.clock import Clock
from hub.outcome import Throttled


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
            raise Throttled(
                self._left(errors[0]), f"{endpoint} stopped after {len(errors)} refused calls within the hour"
            )

    def count(self, endpoint: str) -> None:
        """Note one client error of an endpoint."""
        self._errors.setdefault(endpoint, deque()).append(self.clock.monotonic())

    def meters(self) -> tuple[Meter, ...]:
        """Return what each endpoint that was refused something may still get wrong, and when all of it counts again."""
        return tuple(self._meter(name) for name in tuple(self._errors))

    def _meter(self, endpoint: str) -> Meter:
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
        """Return the endpoints that are stopped now."""
        return tuple(name for name in tuple(self._errors) if len(self._recent(name)) >= self.most)

    def _recent(self, endpoint: str) -> deque[float]:
        errors = self._errors.get(endpoint, deque())
        horizon = self.clock.monotonic() - self.window
        while errors and errors[0] <= horizon:
            errors.popleft()
        return errors
