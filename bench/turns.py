"""Durable posts and turns per second: actors that do nothing, many addresses, one message a turn."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from random import SystemRandom

import anyio

from bench.away import away
from bench.bare_store import GROUP, bare_rates
from bench.figure import figure
from bench.noop import Tally, open_noop, post_notes
from bench.place import Place
from hub.actors.runtime.supervisor import Supervisor
from hub.clock import SystemClock
from hub.node import garbage
from hub.store.engine import Database
from hub.store.migrations import migrate

ACTORS = 1000
TURN_DEADLINE = 60.0


@dataclass(frozen=True, slots=True)
class Round:
    """Per second: the hub's posts and turns, and those of raw SQL."""

    posts: float
    turns: float
    bare_posts: float
    bare_turns: float


async def measure(place: Place) -> None:
    """Measure each database in a process of its own; each round has a fresh database."""
    for dialect in place.dialects:
        rounds = [await _one(place, dialect) for _ in range(place.effort.rounds)]
        bare = "raw SQL by hand, the same rows in groups"
        posts, turns = [one.posts for one in rounds], [one.turns for one in rounds]
        bare_posts, bare_turns = [one.bare_posts for one in rounds], [one.bare_turns for one in rounds]
        place.add(
            figure(f"durable posts, {dialect}", posts, "/s", bounds=bare_posts, bound_is=bare),
            figure(f"turns, {dialect}", turns, "/s", bounds=bare_turns, bound_is=bare),
        )


async def _one(place: Place, dialect: str) -> Round:
    return await away(one_round, await place.database(dialect), place.effort.posts, place.effort.turns)


def one_round(url: str, posts: int, turns: int) -> Round:
    """Measure one round on an empty database; runs a loop of its own."""
    return anyio.run(_round, url, posts, turns, backend_options={"use_uvloop": sys.platform != "win32"})


async def _round(url: str, posts: int, turns: int) -> Round:
    await migrate(url)
    bare_posts, bare_turns = await bare_rates(url, posts, ACTORS)
    garbage.calm()
    async with Database.open(url, SystemClock()) as database:
        began = time.perf_counter()
        await post_notes(database, posts, ACTORS, GROUP)
        posted = posts / (time.perf_counter() - began)
        await post_notes(database, max(0, turns - posts), ACTORS, GROUP)
        return Round(posted, await turn_rate(database, max(posts, turns)), bare_posts, bare_turns)


async def turn_rate(database: Database, waiting: int) -> float:
    """Let a supervisor take all turns that wait, and return how many it took per second."""
    tally = Tally(waiting)
    supervisor = Supervisor(database, open_noop, random=SystemRandom(), listener=tally, name="bench")
    async with anyio.create_task_group() as tasks:
        began = time.perf_counter()
        await tasks.start(supervisor.run)
        with anyio.fail_after(TURN_DEADLINE):
            await tally.all_ended.wait()
        took = time.perf_counter() - began
        supervisor.stop()
    return waiting / took
