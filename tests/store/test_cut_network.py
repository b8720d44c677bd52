"""A network that swallows what is sent and tells nobody: the store gives such connections up and takes new ones."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import anyio
import pytest
from sqlalchemy import insert, select
from sqlalchemy.engine import make_url

from hub.actors.runtime.doorbell import PostgresDoorbell
from hub.clock import SystemClock
from hub.store.engine import Database, StoreUnavailable
from hub.store.tables import node
from torture.wire import Cut, Wire

pytestmark = pytest.mark.anyio

DEADLINE = 1.0
PATIENCE = 60.0
READERS = 4


@asynccontextmanager
async def wired(url: str) -> AsyncIterator[tuple[Wire, str]]:
    """A wire to a database, and the URL that leads through it."""
    where = make_url(url)
    async with anyio.create_task_group() as group:
        wire = Wire(partial(anyio.connect_unix, f"{where.query['host']}/.s.PGSQL.5432"))
        await group.start(wire.run)
        yield wire, f"postgresql://{where.username}@127.0.0.1:{wire.port}/{where.database}"
        group.cancel_scope.cancel()


async def names(database: Database) -> list[str]:
    async with database.read() as connection:
        return list((await connection.execute(select(node.c.name).order_by(node.c.name))).scalars())


async def add(database: Database, name: str) -> None:
    now = database.clock.now()
    row = {"name": name, "started_at": now, "seen_at": now}
    await database.write(lambda work: work.execute(insert(node), row))


async def read_at_last(database: Database) -> list[str]:
    """Read, again and again while the store says that the database is away."""
    while True:
        try:
            return await names(database)
        except StoreUnavailable:
            continue


@pytest.mark.parametrize("how", [Cut.DROP, Cut.HALF_OPEN])
async def test_readers_and_the_writer_work_again_after_their_connections_were_lost_unseen(
    postgres_url: str, how: Cut
) -> None:
    async with wired(postgres_url) as (wire, url), Database.open(url, SystemClock(), deadline=DEADLINE) as database:
        await add(database, "before")
        async with anyio.create_task_group() as tasks:
            for _ in range(READERS):
                tasks.start_soon(names, database)
        wire.cut(how)
        wire.mend()
        with anyio.fail_after(PATIENCE):
            assert await read_at_last(database) == ["before"]
            for number in range(2 * READERS):
                try:
                    await add(database, f"later-{number}")
                except StoreUnavailable:
                    continue
            await add(database, "after")
            assert {"before", "after"} <= set(await read_at_last(database))


async def test_a_doorbell_whose_line_was_lost_unseen_is_heard_again(postgres_url: str) -> None:
    async with wired(postgres_url) as (wire, url), anyio.create_task_group() as tasks:
        rings: list[anyio.Event] = [anyio.Event()]
        ours, theirs = PostgresDoorbell(make_url(url), check=DEADLINE), PostgresDoorbell(make_url(postgres_url))
        with anyio.fail_after(PATIENCE):
            tasks.start_soon(ours.run, lambda _: rings[-1].set())
            await rings[-1].wait()
            wire.cut(Cut.DROP)
            rings.append(anyio.Event())
            await theirs.ring_now()
            wire.mend()
            await rings[-1].wait()
        tasks.cancel_scope.cancel()
