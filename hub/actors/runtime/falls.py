"""Many that fall at once: written together, and each bug told in full once in a while."""

from __future__ import annotations

import anyio

from hub.actors.runtime.bulkhead import leaves
from hub.actors.runtime.crash import name_of

AGAIN = 60.0
"""Seconds in which the frames of a bug that was told in full are not told anew: they cost more than the rest of it."""


class Falls:
    """Keeps crashes from taking the others' time: ``pause`` is how long, in seconds, one waits for more of them."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._told: dict[tuple[str, ...], float] = {}
        self._gathering: anyio.Event | None = None

    def is_news(self, error: Exception, now: float) -> bool:
        """Say whether a bug, known by the places it came from, was not told in full within the last minute."""
        self._told = {bug: at for bug, at in self._told.items() if at > now - AGAIN}
        bug = tuple(name_of(one) for one in leaves(error))
        if bug in self._told:
            return False
        self._told[bug] = now
        return True

    async def gathered(self) -> None:
        """Return together with all that fall meanwhile, so that one transaction has room for them."""
        if self._gathering is not None:
            await self._gathering.wait()
            return
        gathering = self._gathering = anyio.Event()
        try:
            await anyio.sleep(self._pause)
        finally:
            self._gathering = None
            gathering.set()
