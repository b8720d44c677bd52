"""A message and an actor that ask for nothing, so that only the runtime's own work is measured."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import anyio

from hub.actors.runtime.address import Address
from hub.actors.runtime.facts import Fact, TurnEnded
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import message
from hub.actors.runtime.turn import Actor, Turn
from hub.store.engine import Database, Work


@message("bench.note", lane="order")
@dataclass(frozen=True, slots=True)
class Note:
    """One message; each is different."""

    number: int


class Noop:
    """Takes one message a turn and does nothing with it."""

    def batch(self, lane: str) -> int:
        """Return how many messages one turn takes."""
        return 1

    async def handle(self, turn: Turn) -> None:
        """Leave every message as done."""


@asynccontextmanager
async def open_noop(address: Address) -> AsyncIterator[Actor]:
    """Lend an actor."""
    yield Noop()


class Tally:
    """Listens to the runtime and counts turns once they are durable."""

    def __init__(self, wanted: int) -> None:
        self.ended = 0
        self.all_ended = anyio.Event()
        self._wanted = wanted

    async def __call__(self, work: Work, fact: Fact) -> None:
        """Take notice of one fact."""
        if isinstance(fact, TurnEnded):
            work.after_commit(self._count)

    def _count(self) -> None:
        self.ended += 1
        if self.ended == self._wanted:
            self.all_ended.set()


def address(number: int) -> Address:
    """Return the address of one of many actors."""
    return Address("channel", f"tenant-{number // 10}", f"bench-{number}")


async def post_notes(database: Database, count: int, actors: int, at_once: int) -> None:
    """Post messages one by one, from so many callers at once, to so many actors in turn."""
    numbers = iter(range(count))

    async def poster() -> None:
        for number in numbers:
            await database.write(partial(_post, number=number, actors=actors))

    async with anyio.create_task_group() as tasks:
        for _ in range(at_once):
            tasks.start_soon(poster)


async def _post(work: Work, number: int, actors: int) -> None:
    post(work, address(number % actors), Note(number))
