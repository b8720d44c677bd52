"""The loop's time as a clock, for the hub and for the simulated platforms."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from hub.sandbox.clock import Clock


class WorldClock(Clock):
    """The true time: what the simulated platforms go by. ``begins`` is where the loop's zero lies (UTC)."""

    def __init__(self, begins: datetime) -> None:
        super().__init__(1.0)
        self.begins = begins

    def now(self) -> datetime:
        return self.begins + timedelta(seconds=asyncio.get_event_loop().time())


class NodeClock:
    """A node's own clock (``hub.clock.Clock``): the true time with whatever is wrong with it, in seconds."""

    def __init__(self, world: WorldClock) -> None:
        self._world = world
        self.wrong_by = 0.0

    def now(self) -> datetime:
        return self._world.now() + timedelta(seconds=self.wrong_by)

    def monotonic(self) -> float:
        return asyncio.get_event_loop().time()
