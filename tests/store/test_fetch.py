"""Statements that are run over and over read what SQLAlchemy would, and stand in nobody's way."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from typing import Any

import anyio
import anyio.to_thread
import pytest
from sqlalchemy import bindparam, insert, make_url, select

from hub.clock import SystemClock
from hub.store import tables
from hub.store.engine import Database, Fetch, StoreUnavailable, Work, fetch_of, readers_of
from tests.api.house import NOON, House, order_row

pytestmark = pytest.mark.anyio
LONG = 60


def as_read(read: Callable[[Any], Any] | None, value: Any) -> Any:
    """Return a value as the store knows it."""
    return value if read is None or value is None else read(value)


async def test_a_fetch_reads_what_sqlalchemy_reads(database: Database) -> None:
    async def fill(work: Work) -> None:
        for name, status in (("a", "held"), ("b", "ready"), ("c", "sent")):
            row = order_row(House("acme"), name, status=status, charges=[{"é": 1}])
            await work.execute(insert(tables.orders).values(tenant_id="acme", **row))

    await database.write(fill)
    one = tables.orders.c
    columns = [one.number, one.placed_at, one.total, one.charges, one.cancelled, one.country, one.hold_cause]
    few = select(*columns).where(one.status.in_(["held", "ready"]), one.placed_at >= NOON).order_by(one.number)
    since = few.where(one.order_id > bindparam("after", None, type_=one.order_id.type))
    fetch, readers = fetch_of(since, database.reading_dialect, ["after"]), readers_of(columns, database.reading_dialect)
    for after in ("", "acme-a", "acme-b"):
        async with database.read() as connection:
            expected = [tuple(row) for row in await connection.execute(few.where(one.order_id > after))]
        rows = await database.fetch(fetch, {"after": after})
        found = [
            tuple(
                read(value) if read and value is not None else value for read, value in zip(readers, row, strict=True)
            )
            for row in rows
        ]
        assert found == expected


async def test_a_slow_statement_and_one_that_nobody_waits_for_hold_up_no_other(sqlite_url: str) -> None:
    fast, slow = Fetch("SELECT 1", (), {}, False), Fetch("SELECT wait()", (), {}, False)
    begun, done = Event(), Event()

    def wait() -> int:
        begun.set()
        return int(done.wait(LONG))

    async with Database.open(sqlite_url, SystemClock()) as database:
        assert list(await database.fetch(fast, {})) == [(1,)]
        readers = database._readers
        assert readers is not None
        readers._lines[0].connection.database.create_function("wait", 0, wait)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(database.fetch, slow, {})
            await anyio.to_thread.run_sync(begun.wait, LONG)
            assert list(await database.fetch(fast, {})) == [(1,)]
            tasks.cancel_scope.cancel()
        assert [list(await database.fetch(fast, {})) for _ in range(3)] == [[(1,)]] * 3
        done.set()


async def test_a_file_that_cannot_be_opened_any_more_says_that_the_database_is_unavailable(sqlite_url: str) -> None:
    path = anyio.Path(make_url(sqlite_url).database or "")
    async with Database.open(sqlite_url, SystemClock()) as database:
        await path.rename(path.with_name("elsewhere"))
        await path.mkdir()
        with pytest.raises(StoreUnavailable):
            await database.fetch(Fetch("SELECT 1", (), {}, False), {})
