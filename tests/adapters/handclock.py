"""A clock that moves only when told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class HandClock:
    """Both clocks start together and are moved forward by hand."""

    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._passed = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return 1000.0 + self._passed

    def set(self, by: float) -> None:
        """Set the time of day; no time passes by that."""
        self._start += timedelta(seconds=by)

    def forward(self, seconds: float) -> None:
        self._passed += seconds
