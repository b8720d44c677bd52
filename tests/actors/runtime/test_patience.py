"""A turn that leaves nothing to be done lets its commit wait for others; no turn with effects or followers does."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import anyio
import pytest

from hub.actors.runtime.turn import Turn
from hub.store.engine import Database
from tests.actors.runtime.stage import BOL, BRISK, SHOP, Level, Note, Script, empty, later, node, send, until

pytestmark = pytest.mark.anyio

QUIET = replace(BRISK, lease=9000.0, renew=3000.0, linger=3000.0, grace=0.2)
"""A node that writes nothing of its own accord, so that nobody gives company by chance."""


async def test_effects_and_mail_that_waits_are_never_held_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.engine.queue.COMPANY", 3600.0)

    async def handle(turn: Turn) -> None:
        if turn.address == BOL and turn.lane == "order":
            turn.post(SHOP, Level("mug", 1))

    script = Script(handle, batches=1)
    async with node(database, script, QUIET):
        await send(database, *[Note(number) for number in range(3)])
        await until(lambda: Level("mug", 1) in script.bodies() and len(script.bodies("order")) == 3)


async def test_what_was_only_done_is_settled_with_the_next_mail(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.engine.queue.COMPANY", 3600.0)
    script = Script()
    async with node(database, script, QUIET):
        await send(database, Note(1))
        await until(lambda: script.bodies() == [Note(1)])
        await anyio.wait_all_tasks_blocked()
        assert not await empty(database)
        await send(database, Note(2), to=SHOP, due_at=later(database, 3600.0))
        await until(partial(empty, database))


async def test_what_was_only_done_is_settled_by_itself_when_nothing_comes(database: Database) -> None:
    script = Script()
    async with node(database, script, QUIET):
        await send(database, Note(1))
        await until(partial(empty, database))
    assert script.bodies() == [Note(1)]


async def test_a_node_that_stops_settles_what_waited(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.store.engine.queue.COMPANY", 3600.0)
    handled = anyio.Event()

    async def handle(turn: Turn) -> None:
        handled.set()

    script = Script(handle)
    async with node(database, script, QUIET):
        await send(database, Note(1))
        await handled.wait()
    assert await empty(database)
