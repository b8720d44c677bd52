"""The breaker that stops an endpoint well before the platform blocks it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

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
