"""Groups are committed where that takes least: right here while SQLite's disk is quick and nobody else writes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.clock import SystemClock
from hub.store.engine import Database, Draft
from hub.store.engine.bulk import BulkInsert
from hub.store.engine.pace import REMEMBERED, Pace
from hub.store.engine.sqlite_file import file_of
from hub.store.tables import node
from hub.store.types import INSTANT

pytestmark = pytest.mark.anyio

INSERT = BulkInsert(lambda dialect: dialect.insert(node), ["name", "started_at", "seen_at"])
WHERE: list[threading.Thread] = []


async def note(connection: AsyncConnection, names: Sequence[str]) -> None:
    WHERE.append(threading.current_thread())
    now = INSTANT.process_bind_param(SystemClock().now(), connection.dialect)
    await INSERT.run(connection, [(name, now, now) for name in names])


async def keep(database: Database, name: str) -> None:
    draft = Draft(database.clock)
    draft.defer(note, name)
    await database.keep(draft)


async def names(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(select(node.c.name).order_by(node.c.name))).scalars())


@contextmanager
def somebody_else_writes(database: Database) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file_of(make_url(database.url)), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


@pytest.mark.parametrize(("quick", "is_here"), [(60.0, True), (0.0, False)])
async def test_a_group_is_written_here_where_commits_are_quick_and_elsewhere_where_they_are_not(
    database: Database, monkeypatch: pytest.MonkeyPatch, quick: float, *, is_here: bool
) -> None:
    monkeypatch.setattr("hub.store.engine.pace.QUICK", quick)
    await keep(database, "first")
    WHERE.clear()
    await keep(database, "second")
    assert await names(database) == ["first", "second"]
    here = [thread is threading.main_thread() for thread in WHERE]
    assert here == [is_here or database.dialect == "postgresql"]


async def test_nothing_else_stands_still_while_somebody_else_writes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect != "sqlite":
        pytest.skip("only SQLite has one writer at a time")
    monkeypatch.setattr("hub.store.engine.pace.QUICK", 60.0)
    await keep(database, "first")
    with somebody_else_writes(database) as other:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keep, database, "second")
            for _ in range(100):
                await anyio.lowlevel.checkpoint()
            assert await names(database) == ["first"]
            other.execute("COMMIT")
    assert await names(database) == ["first", "second"]


async def test_what_a_row_spoils_is_taken_back_here_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.store.engine.pace.QUICK", 60.0)
    await keep(database, "first")
    with pytest.raises(IntegrityError):
        await keep(database, "first")
    await keep(database, "second")
    assert await names(database) == ["first", "second"]


def test_one_quick_commit_among_the_last_tells_of_a_quick_disk() -> None:
    pace = Pace()
    assert not pace.is_quick
    pace.note(0.0002)
    for _ in range(REMEMBERED - 1):
        pace.note(0.02)
        assert pace.is_quick
    pace.note(0.02)
    assert not pace.is_quick
