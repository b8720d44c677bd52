"""A small cast for the runtime's tests: messages, actors that follow a script, and nodes to run them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import anyio
from sqlalchemy import func, select

from hub.actors.runtime import mailbox
from hub.actors.runtime.address import Address
from hub.actors.runtime.facts import Fact
from hub.actors.runtime.message import Message, message
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.supervisor import Supervisor
from hub.actors.runtime.turn import Actor, Turn
from hub.store.engine import Database, Work
from hub.store.tables import actor, lane, parked
from hub.store.tables import message as message_table
from hub.store.tables import node as node_table

BOL = Address("channel", "acme", "bol-1")
SHOP = Address("channel", "acme", "shop-1")
BRISK = Policy(
    lease=6.0,
    renew=0.5,
    margin=1.0,
    linger=30.0,
    poll=0.2,
    grace=5.0,
    backoff_first=0.01,
    backoff_most=0.05,
    attempts=4,
    restart_pause=0.01,
    quarantine_first=0.5,
    quarantine_most=2.0,
    crash_window=30.0,
    crash_limit=100,
    store_pause=0.05,
)
"""Seconds shortened to what a test can wait for."""


@message("test.note", lane="order")
@dataclass(frozen=True, slots=True)
class Note:
    """One thing to do, in order."""

    number: int


@message("test.level", lane="stock")
@dataclass(frozen=True, slots=True)
class Level:
    """The newest value of something."""

    sku: str
    quantity: int

    def fold(self) -> str | None:
        return self.sku


Handle = Callable[[Turn], Awaitable[None]]


@dataclass
class Script:
    """Actors that do what the test says, and remember every turn."""

    handle: Handle | None = None
    batches: int = 10
    turns: list[Turn] = field(default_factory=list)
    opened: list[Address] = field(default_factory=list)
    closed: list[Address] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, address: Address) -> AsyncIterator[Actor]:
        self.opened.append(address)
        try:
            yield Player(self)
        finally:
            self.closed.append(address)

    async def listen(self, work: Work, fact: Fact) -> None:
        self.facts.append(fact)

    def told(self, kind: type[Any]) -> list[Any]:
        """The facts of one kind."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def bodies(self, lane: str | None = None) -> list[Message]:
        """What was handled, in order."""
        return [one.body for turn in self.turns if lane in (None, turn.lane) for one in turn.messages]


@dataclass
class Player:
    """An actor that follows the script."""

    script: Script

    def batch(self, lane: str) -> int:
        return self.script.batches

    async def handle(self, turn: Turn) -> None:
        self.script.turns.append(turn)
        if self.script.handle is not None:
            await self.script.handle(turn)


@asynccontextmanager
async def node(
    database: Database, script: Script, policy: Policy = BRISK, name: str = "test", seed: int = 7
) -> AsyncIterator[Supervisor]:
    """Run a node for the length of a block, and stop it as SIGTERM would."""
    supervisor = Supervisor(
        database, script.open, random=Random(seed), listener=script.listen, policy=policy, name=name
    )
    async with anyio.create_task_group() as tasks:
        await tasks.start(supervisor.run)
        yield supervisor
        supervisor.stop()


async def send(database: Database, *messages: Message, to: Address = BOL, due_at: datetime | None = None) -> None:
    """Post messages in one unit of work."""

    async def work(work: Work) -> None:
        for one in messages:
            mailbox.post(work, to, one, due_at=due_at)

    await database.write(work)


async def steer(database: Database, verb: Callable[..., Awaitable[None]], *words: Any, to: Address = BOL) -> None:
    """Pause, resume, suspend or wake an actor."""
    await database.write(lambda work: verb(work, to, *words))


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 60.0) -> None:
    """Wait until something is true; a test that waits in vain fails."""
    with anyio.fail_after(seconds):
        while True:
            found = condition()
            if found if isinstance(found, bool) else await found:
                return
            await anyio.sleep(0.005)


async def waiting(database: Database, address: Address = BOL) -> int:
    """How many messages wait in a mailbox."""
    statement = select(func.count()).select_from(message_table).where(message_table.c.address == str(address))
    async with database.read() as connection:
        return int((await connection.execute(statement)).scalar_one())


async def empty(database: Database, address: Address = BOL) -> bool:
    """Whether a mailbox is empty."""
    return await waiting(database, address) == 0


async def waits(database: Database, address: Address = BOL) -> bool:
    """Whether a lane waits for its platform, as far as it is stored."""
    statement = select(func.count()).where(lane.c.address == str(address), lane.c.wait_until.is_not(None))
    async with database.read() as connection:
        return bool((await connection.execute(statement)).scalar_one())


async def row_of(database: Database, address: Address = BOL) -> Any:
    """An actor's row."""
    async with database.read() as connection:
        return (await connection.execute(select(actor).where(actor.c.address == str(address)))).one()


@asynccontextmanager
async def held_row(database: Database, address: Address = BOL) -> AsyncIterator[anyio.Event]:
    """Hold an actor's row, as a commit that takes long, until the event that is given is set."""
    entered, go_on = anyio.Event(), anyio.Event()

    async def hold(work: Work) -> None:
        await work.execute(select(actor.c.address).where(actor.c.address == str(address)).with_for_update())
        entered.set()
        await go_on.wait()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(database.write, hold)
        await entered.wait()
        yield go_on


async def lease_until(database: Database) -> datetime:
    """Until when the only node has its lease."""
    statement = select(node_table.c.lease_until).where(node_table.c.lease_until.is_not(None))
    async with database.read() as connection:
        found: datetime = (await connection.execute(statement)).scalar_one()
    return found


async def parked_of(database: Database, address: Address = BOL) -> list[Any]:
    """What is parked, oldest first."""
    statement = select(parked).where(parked.c.address == str(address)).order_by(parked.c.seq)
    async with database.read() as connection:
        return list((await connection.execute(statement)).all())


def later(database: Database, seconds: float) -> datetime:
    """An instant some seconds from now."""
    return database.clock.now() + timedelta(seconds=seconds)
