"""The opening hours: who knows whether the shop is still open, and what was sold so far."""

from __future__ import annotations

import random
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from math import inf

import anyio

from demo.api import Api
from demo.board import Board
from demo.site import Site

EAGER = 40.0
"""Seconds that an endless day begins with more haste."""


@dataclass(frozen=True, slots=True)
class Sold:
    """One order that a buyer placed; ``channel`` is the ledger's name of it."""

    channel: str
    external_id: str


@dataclass
class Day:
    """What all scenes share. ``closes`` is a monotonic instant, infinite where nobody set an end."""

    site: Site
    api: Api
    board: Board
    channels: dict[str, str]
    closes: float
    chance: random.Random
    unpaid: deque[Sold] = field(default_factory=deque)
    to_deliver: deque[Sold] = field(default_factory=deque)
    untracked: deque[str] = field(default_factory=deque)
    parcels: int = 0
    by_hand: int = 0
    codes: count[int] = field(default_factory=lambda: count(1))
    opened: float = field(default_factory=time.monotonic)

    @property
    def open(self) -> bool:
        """Whether buyers still come."""
        return time.monotonic() < self.closes

    async def pause(self, seconds: float) -> bool:
        """Let about so many seconds pass, never beyond closing time; says whether the shop is still open.

        Without closing time things go faster at first, so that people who look have something to see.
        """
        now = time.monotonic()
        endless = self.closes == inf and now < self.opened + EAGER
        wanted = seconds * self.chance.uniform(0.5, 1.5) / (4 if endless else 1)
        await anyio.sleep(max(0.0, min(self.closes - now, wanted)))
        return self.open

    async def until(self, part: float) -> bool:
        """Wait until a part of the opening hours has passed; says whether the shop is still open."""
        length = self.closes - self.opened
        await anyio.sleep(max(0.0, self.opened + part * length - time.monotonic()))
        return self.open

    def tracking_code(self) -> str:
        """Return a new tracking code; ``parcels`` counts those that really left with one."""
        return f"3SDEMO{self.chance.randint(10**5, 10**6 - 1)}{next(self.codes):05d}"
