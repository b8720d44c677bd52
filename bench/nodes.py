"""Nodes beside each other on one PostgreSQL: turns a second of 1, 2 and 4 that wait for a slow platform."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import httpx2

from bench.calling import CALLS
from bench.children import child
from bench.cpu import TICKS
from bench.failure import NotMeasured
from bench.figure import Aim, Figure, figure
from bench.place import Place
from hub.actors.messages import ItemChanged
from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox import post
from hub.clock import SystemClock
from hub.store.engine import Database, Work
from hub.store.migrations import migrate

NODES = (1, 2, 4)
ACTORS = 16
"""For each node: so few that it waits for the platform, and four nodes leave room on two cores."""
LATENCY = 0.05
MAIL = 120
SECONDS = 5.0
PATIENCE = 30.0
LINEAR = Aim(0.9, of_bound=True)


class Unclaimed(NotMeasured):
    """Some actors never worked."""


@dataclass(slots=True)
class Runs:
    """Turns a second, and how many cores of the whole machine were busy meanwhile."""

    rates: list[float] = field(default_factory=list)
    cores: list[float] = field(default_factory=list)


async def measure(place: Place) -> None:
    """Measure each number of nodes in turn, each time on a fresh database; SQLite has one node."""
    if "postgresql" not in place.dialects:
        return
    found = {nodes: Runs() for nodes in NODES}
    for _ in range(place.effort.rounds):
        for nodes, runs in found.items():
            await _one(place, nodes, runs)
    place.add(*figures(found))


async def _one(place: Place, nodes: int, runs: Runs) -> None:
    url = await place.database("postgresql")
    await migrate(url)
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(child("bench.platform", place.folder, {"latency": LATENCY}))
        plan = {"database_url": url, "platform_url": platform.facts["url"], "actors": ACTORS}
        for _ in range(nodes):
            await stack.enter_async_context(child("bench.node", place.folder, plan))
        await _fill(url, nodes * ACTORS)
        client = httpx2.AsyncClient(base_url=platform.facts["url"], trust_env=False)
        await _watch(await stack.enter_async_context(client), nodes * ACTORS, runs)


async def _fill(url: str, actors: int) -> None:
    """Give every actor more mail than it can handle while it is watched."""
    async with Database.open(url, SystemClock()) as database:
        await database.write(partial(_post, actors=actors))


async def _post(work: Work, actors: int) -> None:
    now = work.clock.now()
    for actor in range(actors):
        for number in range(MAIL):
            post(work, Address("erp", f"tenant-{actor}", "1"), ItemChanged(f"{actor}-{number}", now, now))


async def _watch(platform: httpx2.AsyncClient, actors: int, runs: Runs) -> None:
    """Wait until every actor works, then count the last calls of turns as the platform sees them."""
    await _all_at_work(platform, actors)
    began, busy = time.monotonic(), busy_seconds()
    await anyio.sleep(SECONDS)
    ended, busy_then = time.monotonic(), busy_seconds()
    last = [at for path, at in (await _log(platform)).items() if path.endswith(f"/{CALLS}")]
    runs.rates.append(sum(began <= at < ended for at in last) / (ended - began))
    runs.cores.append((busy_then - busy) / (ended - began))


async def _all_at_work(platform: httpx2.AsyncClient, actors: int) -> None:
    working: set[str] = set()
    with anyio.move_on_after(PATIENCE):
        while len(working) < actors:
            working |= {path.split("/")[1].split("-")[0] for path in await _log(platform)}
            await anyio.sleep(0.1)
        return
    raise Unclaimed(f"{actors - len(working)} of {actors} actors did nothing")


async def _log(platform: httpx2.AsyncClient) -> dict[str, float]:
    """Return when each call came since the last look."""
    told: dict[str, float] = (await platform.get("/log")).json()
    return told


def busy_seconds() -> float:
    """Return how many seconds all cores together have worked since the machine began; 0 where it does not tell."""
    told = Path("/proc/stat")
    if not told.exists():
        return 0.0
    user, nice, system, _, _, irq, soft = (int(part) for part in told.read_text().split()[1:8])
    return (user + nice + system + irq + soft) / TICKS


def figures(found: Mapping[int, Runs]) -> list[Figure]:
    """Return the rates beside what one node does, so many times, and the cores that were busy."""
    alone, told = found[1].rates, []
    for nodes, runs in found.items():
        bound, why = [rate * nodes for rate in alone], f"{nodes} times what one node does"
        if nodes == 1:
            bound, why = [ACTORS / CALLS / LATENCY], f"{ACTORS} actors that only wait for their calls"
        name = f"turns of four calls at {LATENCY * 1000:g} ms, nodes: {nodes}"
        told.append(figure(name, runs.rates, "/s", bounds=bound, bound_is=why, aim=LINEAR))
        told.append(figure(f"cores busy, all processes, nodes: {nodes}", runs.cores, "cores"))
    return told
