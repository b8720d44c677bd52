"""Exact's three budgets per app and division: a minute, a day, and an hour of errors per endpoint."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from hub.sandbox.clock import Clock
from hub.sandbox.exact.office import Settings

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0


@dataclass
class Window:
    """A fixed window aligned to the clock (the day starts at 00:00 UTC at normal speed)."""

    number: int = -1
    used: int = 0


@dataclass
class Offences:
    """Client errors on one endpoint within the hour, and until when it is blocked (epoch seconds)."""

    at: deque[float] = field(default_factory=deque)
    blocked_until: float = 0.0
    blocks: int = 0


class Limits:
    """Budgets of every (client, division); lengths of windows follow the clock's speed."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._windows: dict[tuple[int, float], Window] = {}
        self._offences: dict[tuple[int, str], Offences] = {}

    def take(self, division: int) -> dict[str, str] | None:
        """Spend one call; None where there is room, else the headers of the family that has run out."""
        day, minute = self._window(division, DAY), self._window(division, MINUTE)
        if day.used >= self._settings.day_limit:
            return self._family(division, DAY)
        if minute.used >= self._settings.minute_limit:
            return self._family(division, MINUTE)
        day.used += 1
        minute.used += 1
        return None

    def headers(self, division: int) -> dict[str, str]:
        """Return all six headers, as every served call carries them."""
        return self._family(division, DAY) | self._family(division, MINUTE)

    def throttled(self, division: int) -> dict[str, str]:
        """Return the headers of an exhausted minute."""
        return self._family(division, MINUTE) | {"X-RateLimit-Minutely-Remaining": "0"}

    def blocked(self, division: int, endpoint: str) -> bool:
        """Say whether the error rule has shut an endpoint for this app."""
        offences = self._offences.get((division, endpoint))
        return offences is not None and self._clock.epoch() < offences.blocked_until

    def note_error(self, division: int, endpoint: str) -> None:
        """Count a client error; past the allowed number the endpoint is shut for an hour, then two, then three."""
        if not self._settings.error_rule:
            return
        offences = self._offences.setdefault((division, endpoint), Offences())
        now, hour = self._clock.epoch(), self._clock.seconds(HOUR)
        offences.at.append(now)
        while offences.at[0] <= now - hour:
            offences.at.popleft()
        if len(offences.at) > self._settings.errors_allowed:
            offences.blocks += 1
            offences.blocked_until = now + hour * offences.blocks
            offences.at.clear()

    def _window(self, division: int, nominal: float) -> Window:
        number = int(self._clock.epoch() // self._clock.seconds(nominal))
        window = self._windows.setdefault((division, nominal), Window())
        if window.number != number:
            window.number, window.used = number, 0
        return window

    def _family(self, division: int, nominal: float) -> dict[str, str]:
        window = self._window(division, nominal)
        limit = self._settings.day_limit if nominal == DAY else self._settings.minute_limit
        name = "X-RateLimit" if nominal == DAY else "X-RateLimit-Minutely"
        reset = (window.number + 1) * self._clock.seconds(nominal) * 1000
        return {
            f"{name}-Limit": str(limit),
            f"{name}-Remaining": str(max(0, limit - window.used)),
            f"{name}-Reset": str(round(reset)),
        }
