"""Bugs that many fall over: each is told in full once in a while."""

from __future__ import annotations

from hub.actors.runtime.bulkhead import leaves
from hub.actors.runtime.crash import name_of

AGAIN = 60.0
"""Seconds in which the frames of a bug that was told in full are not told anew: they cost more than the rest of it."""


class Bugs:
    """Remembers which were told of."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, ...], float] = {}

    def is_news(self, error: Exception, now: float) -> bool:
        """Say whether a bug, known by the places it came from, was not told in full within the last minute."""
        self._told = {bug: at for bug, at in self._told.items() if at > now - AGAIN}
        bug = tuple(name_of(one) for one in leaves(error))
        if bug in self._told:
            return False
        self._told[bug] = now
        return True
