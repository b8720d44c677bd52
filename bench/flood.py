"""Phases of a node's day: a steady load on everybody, without and with a flood of one tenant and actors that fall."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from typing import Any

import anyio

from bench.neighbours import ACTORS, CHANNELS, TENANTS, Neighbours
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.supervisor import Supervisor
from hub.clock import SystemClock
from hub.node import garbage
from hub.node.actors import lasting
from hub.store.engine import Database
from hub.store.migrations import migrate

RATE = 100.0
"""Messages a second to all actors together: about what 100,000 orders an hour bring."""
SHARES = 100
"""How many times its share the flooding tenant sends."""
GROUPS = 100
"""One actor in so many falls every second, each group in its turn."""
CHUNK = 500
AWAKE = Policy(linger=3600.0)
"""Actors stay active throughout; on PostgreSQL all their rows are looked at within a minute."""
WAY_BACK = 2
"""Within so many seconds an actor that fell is back; mail to it waited meanwhile, and is nobody else's."""
LONGEST_REST = 60.0


@dataclass(slots=True)
class Phases:
    """Seconds from post to durable turn of those who had no part in the trouble, per phase; bytes before and after."""

    calm: list[list[float]] = field(default_factory=list)
    troubled: list[list[float]] = field(default_factory=list)
    memory: tuple[int, int] = (0, 0)
    fallen: int = 0


def phases(url: str, rounds: int, seconds: float) -> Phases:
    """Measure phases in turn, on an empty database; runs a loop of its own."""
    logging.basicConfig(filename=os.devnull, force=True)
    return anyio.run(_phases, url, rounds, seconds, backend_options={"use_uvloop": sys.platform != "win32"})


async def _phases(url: str, rounds: int, seconds: float) -> Phases:
    await migrate(url)
    found = Phases()
    async with Database.open(url, SystemClock()) as database, anyio.create_task_group() as tasks:
        neighbours = Neighbours(database)
        policy = lasting(AWAKE, shared=database.shared)
        supervisor = Supervisor(database, neighbours.open, random=SystemRandom(), policy=policy, name="bench")
        await tasks.start(supervisor.run)
        await _everybody(neighbours)
        await phase(neighbours, seconds, trouble=True)
        garbage.calm()
        before = resident_bytes()
        for _ in range(rounds):
            found.calm.append(await phase(neighbours, seconds, trouble=False))
            found.troubled.append(await phase(neighbours, seconds, trouble=True))
        found.memory, found.fallen = (before, resident_bytes()), neighbours.fallen
        supervisor.stop()
    return found


async def _everybody(neighbours: Neighbours) -> None:
    """Wake every actor."""
    for begin in range(0, ACTORS, CHUNK):
        async with anyio.create_task_group() as tasks:
            for actor in range(begin, begin + CHUNK):
                tasks.start_soon(neighbours.sell, actor)
    await neighbours.settled()


async def phase(neighbours: Neighbours, seconds: float, *, trouble: bool) -> list[float]:
    """Let a phase go by, and return the delays of those who had no part in its trouble.

    The mail that actors fall over in a troubled phase comes in a calm one too, where it is handled.
    """
    neighbours.delays = []
    random = Random()  # noqa: S311

    async def sale(_: int) -> None:
        actor = random.randrange(CHANNELS, ACTORS)
        await neighbours.sell(actor, counts=(_second() - actor) % GROUPS >= WAY_BACK)

    async def flood(number: int) -> None:
        await neighbours.sell(number % CHANNELS)

    async def perhaps_fall(number: int) -> None:
        await neighbours.sell(number * GROUPS % ACTORS + _second() % GROUPS, falls=trouble)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_often, random, seconds, RATE, sale)
        tasks.start_soon(_often, random, seconds, ACTORS / GROUPS, perhaps_fall)
        if trouble:
            tasks.start_soon(_often, random, seconds, RATE / TENANTS * SHARES, flood)
    with anyio.fail_after(LONGEST_REST):
        await neighbours.settled()
    return neighbours.delays


async def _often(random: Random, seconds: float, rate: float, act: Callable[[int], Coroutine[Any, Any, None]]) -> None:
    """Begin so many a second, at random moments, whether or not those before are done."""
    began = anyio.current_time()
    moments = sorted(random.uniform(began, began + seconds) for _ in range(int(seconds * rate)))
    async with anyio.create_task_group() as tasks:
        for number, moment in enumerate(moments):
            await anyio.sleep_until(moment)
            tasks.start_soon(act, number)


def _second() -> int:
    return int(anyio.current_time())


def resident_bytes() -> int:
    """Return the memory of this process that is in use now; 0 where the system does not tell."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if told.exists() else 0
