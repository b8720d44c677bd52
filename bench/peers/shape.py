"""What every peer's module has in common; imports nothing but what the peers' own environment holds.

A module has ``endpoint(plan)``, a context manager that lends what makes a key durable, and, where its jobs are done in
a process apart, ``work(plan, ready)``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

CALLS = 4
AT_ONCE = 20
"""As many jobs are under way at most, as the hub's twenty actors have, where the peer can be told."""
RESUME_SECONDS = 5
"""After so long without a sign of life a job is given to another worker, where the peer goes by time."""

Accept = Callable[[str], Awaitable[Any]]

_sessions: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a peer's server and the platform are; ``new`` where the server is empty yet, ``doing`` where jobs are done
    and not only accepted."""

    server: str
    platform: str
    new: bool
    doing: bool


async def follow(platform: str, key: str) -> None:
    """Make the calls of one key, one after another."""
    for step in range(1, CALLS + 1):
        await call(platform, key, step)


async def call(platform: str, key: str, step: int) -> None:
    """Make one call over this loop's connections."""
    loop = asyncio.get_running_loop()
    if loop not in _sessions:
        _sessions[loop] = aiohttp.ClientSession()
    async with _sessions[loop].get(f"{platform}/{key}/{step}", raise_for_status=True) as answer:
        await answer.read()
