"""Buyers who come as fast as the machine bears: where much is on its way already, they take their time."""

from __future__ import annotations

from dataclasses import dataclass

import anyio

from demo.day import Day

BEARABLE = 4
"""How many sales and parcels may be on their way before buyers come more slowly."""
LOOK_AGAIN = 1.0


@dataclass
class BearableDay(Day):
    """A day on which all pauses are ``slower`` times as long as they would be."""

    slower: float = 1.0

    async def pause(self, seconds: float) -> bool:
        return await super().pause(seconds * self.slower)

    async def watch(self) -> None:
        """Adapt the pauses to what is on its way, until closing time: an attack must not be paid for all day long."""
        while self.open:
            self.slower = max(1.0, len(await self.site.control.waiting()) / BEARABLE)
            await anyio.sleep(LOOK_AGAIN)
