"""When the disk is full, the database gone or others stand in the way: nothing half done, and then it goes on."""

from __future__ import annotations

import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import asyncpg
import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.engine import make_url

from hub.clock import SystemClock
from hub.store.engine import Conflict, Database, StoreBusy, StoreUnavailable, Work, connect
from hub.store.tables import node

pytestmark = pytest.mark.anyio


def row(database: Database, name: str) -> dict[str, Any]:
    return {"name": name, "started_at": database.clock.now(), "seen_at": database.clock.now()}


async def add(database: Database, name: str) -> None:
    await database.write(lambda work: work.execute(insert(node), row(database, name)))


async def names(database: Database) -> set[str]:
    async with database.read() as connection:
        return set((await connection.execute(select(node.c.name))).scalars())


async def pages(database: Database, most: int) -> None:
    """Let the file grow to so many pages and no further, as a full disk would."""
    await database.write(lambda work: work.execute(text(f"PRAGMA max_page_count={most}")))


async def test_a_full_disk_refuses_the_whole_group_and_takes_more_when_there_is_room(sqlite_url: str) -> None:
    async with Database.open(sqlite_url, SystemClock()) as database:
        await add(database, "before")
        await pages(database, 1)
        refused: list[str] = []

        async def attempt(name: str) -> None:
            try:
                await add(database, name + "x" * 4000)
            except StoreUnavailable:
                refused.append(name)

        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(attempt, f"n{number}")
        assert len(refused) == 20
        assert await names(database) == {"before"}
        await pages(database, 1_000_000)
        await add(database, "after")
        assert await names(database) == {"before", "after"}


async def test_a_second_opener_of_the_same_file_is_refused(sqlite_url: str) -> None:
    async with Database.open(sqlite_url, SystemClock()):
        with pytest.raises(StoreBusy, match="in use by another process"):
            async with Database.open(sqlite_url, SystemClock()):
                pass
    async with Database.open(sqlite_url, SystemClock()) as database:
        await add(database, "again")


async def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder.sqlite").mkdir()
    with pytest.raises(StoreUnavailable):
        async with Database.open(f"sqlite:///{tmp_path}/folder.sqlite", SystemClock()):
            pass


async def test_a_database_in_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="not a database in memory"):
        async with Database.open("sqlite://", SystemClock()):
            pass


async def break_connections(url: str) -> None:
    """Cut every connection to the database, as a restart of the server would."""
    parts = make_url(url)
    connection = await asyncpg.connect(host=parts.query["host"], user=parts.username, database="postgres")
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", parts.database
    )
    await connection.close()


async def test_a_lost_connection_is_named_and_found_again(postgres_url: str) -> None:
    async with Database.open(postgres_url, SystemClock()) as database:
        await add(database, "before")

        async def doomed(work: Work) -> None:
            await work.execute(insert(node), row(database, "doomed"))
            await break_connections(postgres_url)
            await work.execute(select(node))

        with pytest.raises(StoreUnavailable):
            await database.write(doomed)
        await kept(database, "after")
        assert await names(database) == {"before", "after"}


async def kept(database: Database, name: str) -> None:
    """Write with the patience of a caller who tries again; each writer may first have to notice its lost connection."""
    with anyio.fail_after(60):
        while True:
            try:
                return await add(database, name)
            except StoreUnavailable:
                await anyio.sleep(0.01)


async def test_a_server_that_is_away_is_named() -> None:
    url = "postgresql://nobody@/nothing?host=/nonexistent"
    async with Database.open(url, SystemClock()) as database:
        with pytest.raises(StoreUnavailable):
            await add(database, "a")
        with pytest.raises(StoreUnavailable):
            await names(database)


async def test_a_reader_who_waits_in_vain_for_a_connection_is_told_so(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "WAIT_FOR_READER", 0.05)
    async with Database.open(database_url, SystemClock()) as database, AsyncExitStack() as readers:

        async def take_all() -> None:
            for _ in range(2 * connect.READERS + 1):
                await readers.enter_async_context(database.read())

        with pytest.raises(StoreUnavailable):
            await take_all()


async def test_works_that_deadlock_are_run_again_and_all_succeed(postgres_url: str) -> None:
    async with Database.open(postgres_url, SystemClock()) as one, Database.open(postgres_url, SystemClock()) as two:
        for name in ("a", "b"):
            await add(one, name)
        met = [anyio.Event(), anyio.Event()]

        async def cross(database: Database, first: str, second: str, mine: int) -> None:
            async def work(work: Work) -> None:
                moved = {"seen_at": database.clock.now()}
                await work.execute(update(node).where(node.c.name == first).values(moved))
                met[mine].set()
                await met[1 - mine].wait()
                await work.execute(update(node).where(node.c.name == second).values(moved))

            await database.write(work)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(cross, one, "a", "b", 0)
            tasks.start_soon(cross, two, "b", "a", 1)


async def test_a_conflict_that_never_ends_is_given_up(database: Database) -> None:
    runs: list[int] = []

    async def work(work: Work) -> None:
        runs.append(1)
        raise Conflict("always")

    with pytest.raises(StoreUnavailable):
        await database.write(work)
    assert len(runs) > 3


async def test_a_work_that_hangs_is_cut_off_and_the_next_goes_on(database_url: str) -> None:
    async with Database.open(database_url, SystemClock(), deadline=1.5) as database:

        async def hang(work: Work) -> None:
            await work.execute(insert(node), row(database, "hanging"))
            await anyio.sleep_forever()

        with pytest.raises(StoreUnavailable, match="no commit"):
            await database.write(hang)
        await add(database, "after")
        assert await names(database) == {"after"}


async def test_a_closed_store_refuses_work(database_url: str) -> None:
    async with Database.open(database_url, SystemClock()) as database:
        pass
    with pytest.raises(StoreUnavailable, match="closed"):
        await add(database, "late")


async def test_what_waits_when_the_store_closes_is_still_written(database_url: str) -> None:
    async with anyio.create_task_group() as tasks, Database.open(database_url, SystemClock()) as database:
        for number in range(50):
            tasks.start_soon(add, database, f"n{number}")
        await anyio.lowlevel.checkpoint()
    async with Database.open(database_url, SystemClock()) as again:
        assert len(await names(again)) == 50


KILLED = """
import sys, anyio
from sqlalchemy import insert
from hub.clock import SystemClock
from hub.store.engine import Database
from hub.store.tables import node

async def main(url):
    async with Database.open(url, SystemClock()) as database:
        async def writer(first):
            for number in range(first, 100000, 8):
                now = database.clock.now()
                row = {"name": f"n{number:06}", "started_at": now, "seen_at": now}
                await database.write(lambda work: work.execute(insert(node), row))
                sys.stdout.write(row["name"] + chr(10)); sys.stdout.flush()
        async with anyio.create_task_group() as tasks:
            for first in range(8):
                tasks.start_soon(writer, first)
anyio.run(main, sys.argv[1])
"""


async def test_what_was_acknowledged_survives_a_kill(database_url: str) -> None:
    acknowledged = b""
    async with await anyio.open_process([sys.executable, "-c", KILLED, database_url]) as process:
        assert process.stdout is not None
        while acknowledged.count(b"\n") < 200:
            acknowledged += await process.stdout.receive()
        process.kill()
    said = set(acknowledged.decode().split("\n")[:-1])
    async with Database.open(database_url, SystemClock()) as database:
        assert said <= await names(database)
