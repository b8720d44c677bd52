"""What an actor costs while it sleeps, when it wakes, and while it is awake, among ten and a hundred thousand."""

from __future__ import annotations

import sys
import time
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random, SystemRandom
from statistics import median

import anyio

from bench.away import away
from bench.crowd import Statements, add_idle, bytes_used
from bench.figure import Aim, figure
from bench.noop import Note, address, open_noop
from bench.place import Place
from hub.actors.runtime.facts import Fact, TurnEnded
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.supervisor import Supervisor
from hub.clock import SystemClock
from hub.node import garbage
from hub.store.engine import Database, Work
from hub.store.migrations import migrate

WOKEN = 200
AWAKE = 1000
DEADLINE = 30.0
MEMORY = Aim(12_288, most=True)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Bytes on disk per idle actor, statements per second while all sleep, and what waking takes (seconds, bytes)."""

    size: int
    disk: float
    statements: float
    first: float
    again: float
    memory: float


async def measure(place: Place) -> None:
    """Measure each database with every size of crowd; nothing but the crowd is in it."""
    for dialect in place.dialects:
        url = await place.database(dialect)
        sizes = (0, *place.effort.actors)
        nobody, *crowds = await away(grow, url, sizes, place.effort.listening)
        for crowd in crowds:
            _add(place, dialect, nobody, crowd)


def _add(place: Place, dialect: str, nobody: Crowd, crowd: Crowd) -> None:
    among = f"among {crowd.size:,}, {dialect}"
    empty, awake = "the same node without any actor", "the same actor, already awake"
    place.add(
        figure(f"bytes on disk per idle actor {among}", crowd.disk, "B"),
        figure(f"statements while all sleep {among}", crowd.statements, "/s", bounds=nobody.statements, bound_is=empty),
        figure(f"from a post to its turn, asleep {among}", crowd.first, "ms", bounds=crowd.again, bound_is=awake),
        figure(f"bytes in memory per active actor {among}", crowd.memory, "B", aim=MEMORY),
    )


def grow(url: str, sizes: Sequence[int], listening: float) -> list[Crowd]:
    """Measure one database at growing sizes; runs a loop of its own."""
    return anyio.run(_grow, url, sizes, listening, backend_options={"use_uvloop": sys.platform != "win32"})


async def _grow(url: str, sizes: Sequence[int], listening: float) -> list[Crowd]:
    await migrate(url)
    garbage.calm()
    found, before, start = [], 0, 0
    async with Database.open(url, SystemClock()) as database:
        for size in sizes:
            await add_idle(database, start, size)
            used = await bytes_used(database)
            disk = (used - before) / (size - start) if size else 0.0
            found.append(await _observe(database, size, disk, listening))
            before, start = await bytes_used(database), size
    return found


async def _observe(database: Database, size: int, disk: float, listening: float) -> Crowd:
    async with Watch.over(database) as watch:
        statements = await _listen(listening)
        if not size:
            return Crowd(size, disk, statements, 0.0, 0.0, 0.0)
        numbers = Random(size).sample(range(size), WOKEN + AWAKE)  # noqa: S311
        first = [await watch.turn(number) for number in numbers[:WOKEN]]
        again = [await watch.turn(number) for number in numbers[:WOKEN]]
        memory = await watch.memory(numbers[WOKEN:])
    return Crowd(size, disk, statements, median(first) * 1000, median(again) * 1000, memory)


async def _listen(seconds: float) -> float:
    """Return how many statements a second the node sends while nothing happens."""
    await anyio.sleep(0.5)
    statements = Statements()
    await anyio.sleep(seconds)
    statements.close()
    return statements.count / seconds


class Watch:
    """A node whose turns are awaited one by one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._ended: dict[str, anyio.Event] = {}

    @classmethod
    @asynccontextmanager
    async def over(cls, database: Database) -> AsyncIterator[Watch]:
        """Run a node as long as the block lasts."""
        watch = cls(database)
        node = Supervisor(database, open_noop, random=SystemRandom(), listener=watch.listen, name="bench")
        async with anyio.create_task_group() as tasks:
            await tasks.start(node.run)
            yield watch
            node.stop()

    async def listen(self, work: Work, fact: Fact) -> None:
        """Take notice of one fact."""
        if isinstance(fact, TurnEnded):
            event = self._ended.get(str(fact.address))
            if event is not None:
                work.after_commit(event.set)

    async def turn(self, number: int) -> float:
        """Post to one actor and return the seconds until its turn is durable."""
        began = time.perf_counter()
        await self._turns([number])
        return time.perf_counter() - began

    async def memory(self, numbers: Sequence[int]) -> float:
        """Wake actors at once and return how many bytes each one holds."""
        tracemalloc.start()
        before, _ = tracemalloc.get_traced_memory()
        await self._turns(numbers)
        after, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return (after - before) / len(numbers)

    async def _turns(self, numbers: Sequence[int]) -> None:
        places = [address(number) for number in numbers]
        self._ended = {str(place): anyio.Event() for place in places}

        async def work_on(work: Work) -> None:
            for place in places:
                post(work, place, Note(0))

        await self._database.write(work_on)
        with anyio.fail_after(DEADLINE):
            for event in self._ended.values():
                await event.wait()
        self._ended = {}
