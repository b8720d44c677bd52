"""A node whose commits wait for rows of another keeps its actors, and takes on new ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import anyio
import pytest
from sqlalchemy import select, text

from hub.actors.runtime.mailbox.nodes import enrol
from hub.actors.runtime.mailbox.ownership import claim
from hub.clock import SystemClock
from hub.store.engine import Database, Work
from hub.store.engine.database import POSTGRES_WRITERS
from hub.store.tables import actor
from tests.actors.runtime.stage import BOL, BRISK, SHOP, Note, Script, empty, held_row, lease_until, node, send, until

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def stuck(database: Database) -> AsyncIterator[None]:
    """Let every writer of groups wait while the block lasts."""
    held, free = [anyio.Event() for _ in range(POSTGRES_WRITERS)], anyio.Event()

    async def hold(number: int) -> None:
        async def work(work: Work) -> None:
            held[number].set()
            await free.wait()

        await database.write(work)

    async with anyio.create_task_group() as tasks:
        for number, event in enumerate(held):
            tasks.start_soon(hold, number)
            await event.wait()
        yield
        free.set()


async def test_leases_are_renewed_while_every_commit_waits(several: Database) -> None:
    script = Script()
    async with node(several, script):
        await send(several, Note(1))
        await until(partial(empty, several))
        async with stuck(several):
            last = several.clock.now() + timedelta(seconds=BRISK.lease)

            async def prolonged() -> bool:
                return await lease_until(several) > last

            await until(prolonged)
    assert script.opened == [BOL]


async def test_actors_are_claimed_while_every_commit_waits(several: Database, postgres_url: str) -> None:
    script = Script()
    async with node(several, script), Database.open(postgres_url, SystemClock()) as another, stuck(several):
        await send(another, Note(1), to=SHOP)
        await until(lambda: script.opened == [SHOP])


async def test_an_actor_whose_row_a_commit_holds_is_inherited_as_soon_as_it_is_free(several: Database) -> None:
    async def leave(work: Work) -> None:
        await enrol(work, "gone", 0.0)
        assert len(await claim(work, "gone", 2)) == 2

    await send(several, Note(1))
    await send(several, Note(2), to=SHOP)
    await several.write(leave)
    script = Script()
    async with held_row(several) as let_go, node(several, script, replace(BRISK, store_pause=0.05)):
        await until(partial(empty, several, SHOP))
        assert script.opened == [SHOP]
        let_go.set()
        await until(partial(empty, several))


async def test_others_are_written_while_mail_waits_for_a_row_of_another_node(
    several: Database, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patience in ("BUSY", "STUCK"):
        monkeypatch.setattr(f"hub.store.engine.queue.{patience}", 3600.0)
    await send(several, Note(1))
    entered, go_on = anyio.Event(), anyio.Event()

    async def lock(work: Work) -> None:
        await work.execute(select(actor.c.address).where(actor.c.address == str(BOL)).with_for_update())
        entered.set()
        await go_on.wait()

    async with Database.open(postgres_url, SystemClock()) as another, anyio.create_task_group() as tasks:
        tasks.start_soon(another.write, lock)
        await entered.wait()
        tasks.start_soon(partial(send, several, Note(2)))
        await until(partial(somebody_waits, several))
        await send(several, Note(3), to=SHOP)
        assert await somebody_waits(several)
        go_on.set()


async def somebody_waits(database: Database) -> bool:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with database.read() as connection:
        return bool(await connection.scalar(waiting))
