"""A short look takes no detour, and leaves its connection as it found it."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from sqlalchemy import delete, event, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.clock import SystemClock
from hub.store.engine import ByKeys, Database, Hot, StoreUnavailable
from hub.store.engine.postgres import USED
from hub.store.tables import node

pytestmark = pytest.mark.anyio

FORGET = Hot(delete(node))
NAMED = ByKeys(lambda names: select(node.c.name).where(node.c.name.in_(names)), sample=("",))


def at(name: str) -> Any:
    async def glance(connection: AsyncConnection) -> list[Any]:
        return [row for (row,) in await NAMED.run(connection, [(name,)])]

    return glance


async def add(database: Database, name: str) -> None:
    row = {"name": name, "started_at": database.clock.now(), "seen_at": database.clock.now()}
    await database.write(lambda work: work.execute(insert(node), row))


async def test_a_short_look_sees_what_was_written_just_before(database: Database) -> None:
    for number in range(20):
        assert await database.look(at(f"n{number}"), short=True) == []
        await add(database, f"n{number}")
        assert await database.look(at(f"n{number}"), short=True) == [f"n{number}"]


async def test_many_short_looks_and_long_ones_do_not_disturb_each_other(database: Database) -> None:
    await add(database, "a")
    found: list[Any] = []

    async def look(*, short: bool) -> None:
        found.extend(await database.look(at("a"), short=short))

    async with anyio.create_task_group() as tasks:
        for number in range(40):
            tasks.start_soon(partial(look, short=number % 3 > 0))
    assert found == ["a"] * 40


async def test_a_short_look_that_fails_leaves_its_connection_whole(database: Database) -> None:
    async def failing(connection: AsyncConnection) -> None:
        await at("a")(connection)
        raise LookupError

    for _ in range(12):
        with pytest.raises(LookupError):
            await database.look(failing, short=True)
    await add(database, "a")
    assert await database.look(at("a"), short=True) == await database.look(at("a")) == ["a"]


async def test_a_short_look_may_wait_for_nothing_else_where_it_holds_up_all_others(database: Database) -> None:
    async def idle(connection: AsyncConnection) -> list[Any]:
        await anyio.lowlevel.checkpoint()
        found: list[Any] = await at("a")(connection)
        return found

    if database.dialect == "sqlite":
        with pytest.raises(RuntimeError, match="something else"):
            await database.look(idle, short=True)
    assert await database.look(at("a"), short=True) == []


async def test_each_statement_of_a_short_look_at_postgresql_sees_what_is_there_by_then(postgres_url: str) -> None:
    async with Database.open(postgres_url, SystemClock()) as database:

        async def twice(connection: AsyncConnection) -> list[Any]:
            before = await at("a")(connection)
            await add(database, "a")
            return [before, await at("a")(connection)]

        assert await database.look(twice, short=True) == [[], ["a"]]
        await database.write(lambda work: work.execute(delete(node)))
        assert await database.look(twice) == [[], []]


@pytest.mark.parametrize("short", [True, False])
@pytest.mark.parametrize("hot", [True, False])
async def test_a_look_writes_nothing(database: Database, *, short: bool, hot: bool) -> None:
    async def write(connection: AsyncConnection) -> None:
        await (FORGET.changed(connection, {}) if hot else connection.execute(delete(node)))

    await add(database, "a")
    with pytest.raises((StoreUnavailable, DBAPIError)):
        await database.look(write, short=short)
    assert await database.look(at("a"), short=short) == ["a"]


async def process(connection: AsyncConnection) -> Any:
    return await connection.scalar(text("SELECT pg_backend_pid()"))


async def test_a_short_look_finds_another_connection_for_one_that_the_server_closed(postgres_url: str) -> None:
    end = text("SELECT pg_terminate_backend(:pid, 5000)")
    async with Database.open(postgres_url, SystemClock()) as database:
        first = await database.look(process, short=True)
        assert await database.look(process, short=True) == first
        await database.write(lambda work: work.execute(end, {"pid": first}))
        assert await database.look(process, short=True) != first


async def test_the_connection_of_a_short_look_that_was_cancelled_is_not_kept(postgres_url: str) -> None:
    begun = anyio.Event()

    async def slow(connection: AsyncConnection) -> None:
        begun.set()
        await connection.execute(text("SELECT pg_sleep(60)"))

    async with Database.open(postgres_url, SystemClock()) as database:
        await database.look(at("a"), short=True)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(database.look, slow, short=True))
            await begun.wait()
            tasks.cancel_scope.cancel()
        assert database._kept is not None
        assert database._kept._idle is None
        assert await database.look(at("a"), short=True) == []


async def test_a_connection_that_was_kept_through_a_pause_is_asked_whether_it_lives(postgres_url: str) -> None:
    unused: list[float] = []
    async with Database.open(postgres_url, SystemClock()) as database:
        event.listen(
            database._reads.sync_engine.pool,
            "checkout",
            lambda _, record, __: unused.append(time.monotonic() - record.info.get(USED, time.monotonic())),
        )
        await database.look(at("a"), short=True)
        assert database._kept is not None
        database._kept._used -= 3600.0
        await database.look(at("a"), short=True)
    assert [round(seconds / 3600) for seconds in unused] == [0, 1]
