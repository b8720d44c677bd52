"""The sandbox's time: real instants, compressible durations, and a hand to move it forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import anyio


class Clock:
    """Instants are real UTC; every nominal duration is divided by ``speed``.

    A token that lives 600 s lives 60 s at speed 10, and says so in its answer, so a client that
    believes what it is told needs to know nothing of the speed.
    """

    def __init__(self, speed: float = 1.0, begins: datetime | None = None) -> None:
        """``begins`` is the moment it starts at (UTC), None for the real one."""
        self.speed = speed
        self._offset = begins - datetime.now(UTC) if begins is not None else timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def epoch(self) -> float:
        """Seconds since 1970, UTC."""
        return self.now().timestamp()

    def seconds(self, nominal: float) -> float:
        """Turn a nominal duration in seconds into the compressed one."""
        return nominal / self.speed

    def advance(self, seconds: float) -> None:
        """Move the clock forward by real (already compressed) seconds, for tests."""
        self._offset += timedelta(seconds=seconds)

    async def sleep(self, nominal: float) -> None:
        await anyio.sleep(self.seconds(nominal))
