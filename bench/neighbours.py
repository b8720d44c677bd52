"""Many tenants' actors on one node, and how long each sale took from its post to its durable turn."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count

import anyio

from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.message import message
from hub.actors.runtime.turn import Actor, Turn
from hub.store.engine import Database, Work

TENANTS, CHANNELS = 1000, 5
ACTORS = TENANTS * CHANNELS


@message("bench.sale", lane="order")
@dataclass(frozen=True, slots=True)
class Sale:
    """Something to do; ``falls`` brings its actor down at the first try."""

    number: int
    falls: bool = False


class Bug(Exception):
    """What an actor falls over."""


class Neighbours:
    """All actors in one, which does nothing but note when a sale is done."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._posted: dict[int, float] = {}
        self._waiting: set[int] = set()
        self._rest = anyio.Event()
        self._numbers = count()
        self.delays: list[float] = []
        self.fallen = 0

    @asynccontextmanager
    async def open(self, address: Address) -> AsyncIterator[Actor]:
        """Lend an actor."""
        yield self

    def batch(self, lane: str) -> int:
        """Return how many messages one turn takes."""
        return 10

    async def handle(self, turn: Turn) -> None:
        """Fall, or note when the turn is durable."""
        if any(one.body.falls and not one.crashes for one in turn.messages):
            self.fallen += 1
            raise Bug
        numbers = [one.body.number for one in turn.messages]

        async def note(work: Work) -> None:
            work.after_commit(partial(self._done, numbers))

        turn.write(note)

    async def sell(self, actor: int, *, counts: bool = False, falls: bool = False) -> None:
        """Post one sale to an actor by its number; ``counts`` where its delay is of interest."""
        sale = Sale(next(self._numbers), falls)
        self._waiting.add(sale.number)
        if counts:
            self._posted[sale.number] = time.perf_counter()
        await self._database.write(partial(_post, actor=actor, sale=sale))

    async def settled(self) -> None:
        """Return once nothing waits any more."""
        while self._waiting:
            self._rest = anyio.Event()
            await self._rest.wait()

    def _done(self, numbers: list[int]) -> None:
        now = time.perf_counter()
        self._waiting.difference_update(numbers)
        self.delays += [now - self._posted.pop(number) for number in numbers if number in self._posted]
        if not self._waiting:
            self._rest.set()


async def _post(work: Work, actor: int, sale: Sale) -> None:
    post(work, Address("channel", f"tenant-{actor // CHANNELS}", f"shop-{actor % CHANNELS}"), sale)
