"""A node whose commits wait for rows of another keeps its actors, and takes on new ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import anyio
import pytest
from sqlalchemy import select, text

from hub.clock import SystemClock
from hub.store.engine import Database, Work
from hub.store.engine.database import POSTGRES_WRITERS
from hub.store.tables import actor
from tests.actors.runtime.stage import BOL, BRISK, SHOP, Note, Script, empty, node, row_of, send, until

pytestmark = pytest.mark.anyio


@pytest.fixture
async def several(postgres_url: str) -> AsyncIterator[Database]:
    async with Database.open(postgres_url, SystemClock()) as database:
        yield database


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
                until_when = (await row_of(several)).lease_until
                return until_when is not None and until_when > last

            await until(prolonged)
    assert script.opened == [BOL]


async def test_actors_are_claimed_while_every_commit_waits(several: Database, postgres_url: str) -> None:
    script = Script()
    async with node(several, script), Database.open(postgres_url, SystemClock()) as another, stuck(several):
        await send(another, Note(1), to=SHOP)
        await until(lambda: script.opened == [SHOP])


async def test_a_row_that_a_commit_had_locked_is_renewed_as_soon_as_it_is_free(several: Database) -> None:
    entered, go_on = anyio.Event(), anyio.Event()

    async def lock(work: Work) -> None:
        await work.execute(select(actor.c.address).where(actor.c.address == str(BOL)).with_for_update())
        entered.set()
        await go_on.wait()

    async with node(several, Script()), anyio.create_task_group() as tasks:
        await send(several, Note(1))
        await until(partial(empty, several))
        tasks.start_soon(several.write, lock)
        await entered.wait()
        before = (await row_of(several)).lease_until
        assert before is not None
        go_on.set()

        async def prolonged() -> bool:
            now = (await row_of(several)).lease_until
            return now is not None and now > before

        await until(prolonged)


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
