"""What a lane remembers is never older than the mail it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import anyio
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime import dispatcher, mailbox
from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox.letters import Key
from hub.actors.runtime.mailbox.reading import LanePlace, LaneRow, read_lanes
from hub.actors.runtime.turn import Actor, Turn
from hub.actors.runtime.turner import Turner
from hub.outcome import Throttled
from hub.store.engine import Database, Work
from hub.store.engine.database import POSTGRES_WRITERS
from tests.actors.runtime.stage import BOL, SHOP, Handle, Level, Note, Script, empty, node, send, steer, until, waits

pytestmark = pytest.mark.anyio


def once_read(patch: pytest.MonkeyPatch, key: Key, meanwhile: Callable[[], Awaitable[None]]) -> None:
    """Let something happen after an actor's lanes were read the next time, and before that is taken over."""
    left = [meanwhile]

    async def read(connection: AsyncConnection, keys: Sequence[Key]) -> dict[LanePlace, LaneRow]:
        rows = await read_lanes(connection, keys)
        if key in keys and left:
            await left.pop()()
        return rows

    patch.setattr(dispatcher, "read_lanes", read)


def counting(turn: Turn) -> None:
    """Remember the number of the last message, and meet a bug when one was missed."""
    for envelope in turn.messages:
        if turn.state.get("next", 0) != envelope.body.number:
            raise LookupError(f"{turn.state} but {envelope.body}")
        turn.state["next"] = envelope.body.number + 1


async def test_a_turn_that_ends_while_its_lane_is_read_is_remembered(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, release = anyio.Event(), anyio.Event()

    async def handle(turn: Turn) -> None:
        counting(turn)
        entered.set()
        await release.wait()

    async def end_the_turn() -> None:
        release.set()
        await until(lambda: not any(owned.turns for owned in running.roster.owned.values()))

    script = Script(handle)
    async with node(database, script) as running:
        await send(database, Note(0))
        await entered.wait()
        once_read(monkeypatch, ("acme", str(BOL)), end_the_turn)
        await steer(database, mailbox.wake)
        await release.wait()
        await send(database, Note(1))
        await until(partial(empty, database))
    assert [turn.state for turn in script.turns] == [{"next": 1}, {"next": 2}]


async def test_no_turn_begins_before_its_lane_was_read(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def handle(turn: Turn) -> None:
        counting(turn)

    async with node(database, Script(handle)):
        await send(database, Note(0))
        await until(partial(empty, database))

    async def claim_another() -> None:
        await send(database, Note(1))
        await until(lambda: ("acme", str(BOL)) in running.roster.owned)
        await send(database, Note(2))

    script = Script(handle)
    async with node(database, script) as running:
        once_read(monkeypatch, ("acme", str(SHOP)), claim_another)
        await send(database, Note(0), to=SHOP)
        await until(lambda: Note(2) in script.bodies())
        await until(partial(empty, database))
    assert [turn.state["next"] for turn in script.turns if turn.address == BOL][-1] == 3
    assert not [fact for fact in script.facts if "Crashed" in type(fact).__name__]


async def test_a_lane_whose_turn_ends_late_hears_that_it_shall_not_wait(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, guarded = anyio.Event(), Turner._guarded

    async def answered_late(*words: Any, patient: bool) -> None:
        await guarded(*words, patient=patient)
        await answer.wait()

    async def handle(turn: Turn) -> None:
        if len(script.turns) == 1:
            raise Throttled(3600)

    monkeypatch.setattr(Turner, "_guarded", answered_late)
    script = Script(handle)
    async with node(database, script) as running:
        await send(database, Note(1))
        await until(partial(waits, database))
        await steer(database, mailbox.wake)
        await until(lambda: not running.roster.stale and not running.roster.reading)
        answer.set()
        await until(partial(empty, database))


class Frail(Script):
    """Fails when it is opened for the second time, not before it is told to."""

    def __init__(self, handle: Handle) -> None:
        super().__init__(handle)
        self.reopening, self.fail, self.failed = anyio.Event(), anyio.Event(), anyio.Event()

    @asynccontextmanager
    async def open(self, address: Address) -> AsyncIterator[Actor]:
        if self.opened and not self.failed.is_set():
            self.reopening.set()
            await self.fail.wait()
            self.failed.set()
            raise ZeroDivisionError("a bug")
        async with super().open(address) as player:
            yield player


async def test_an_actor_that_cannot_be_opened_anew_keeps_what_its_lanes_remember(database: Database) -> None:
    entered, release, returning = anyio.Event(), anyio.Event(), anyio.Event()

    async def handle(turn: Turn) -> None:
        if turn.lane == "order" and not turn.messages[0].crashes:
            raise ZeroDivisionError("a bug")
        if turn.lane == "stock":
            entered.set()
            await release.wait()
            turn.state["turns"] = turn.state.get("turns", 0) + 1
            returning.set()

    async def hold(blocked: anyio.Event) -> None:
        async def work(work: Work) -> None:
            blocked.set()
            await script.failed.wait()

        await database.write(work)

    script = Frail(handle)
    async with node(database, script), anyio.create_task_group() as tasks:
        await send(database, Level("a", 1))
        await entered.wait()
        await send(database, Note(1))
        await script.reopening.wait()
        for _ in range(1 if database.dialect == "sqlite" else POSTGRES_WRITERS):
            blocked = anyio.Event()
            tasks.start_soon(hold, blocked)
            await blocked.wait()
        release.set()
        await returning.wait()
        script.fail.set()
        await until(partial(empty, database))
        await send(database, Level("a", 2))
        await until(partial(empty, database))
    assert [turn.state for turn in script.turns if turn.lane == "stock"] == [{"turns": 1}, {"turns": 2}]
