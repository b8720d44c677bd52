"""Who shares a transaction with whom, and that what nobody waits for is as durable as everything else."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.clock import SystemClock
from hub.store.engine import Database, Work
from hub.store.engine.bulk import BulkInsert
from hub.store.tables import node
from hub.store.types import INSTANT

pytestmark = pytest.mark.anyio

INSERT = BulkInsert(lambda dialect: dialect.insert(node), ["name", "started_at", "seen_at"])
GROUPS: list[list[str]] = []
FOR_EVER = 3600.0


@pytest.fixture(autouse=True)
def nothing_yet() -> None:
    GROUPS.clear()


async def note(connection: AsyncConnection, names: Sequence[str]) -> None:
    GROUPS.append(sorted(names))
    now = INSTANT.process_bind_param(SystemClock().now(), connection.dialect)
    await INSERT.run(connection, [(name, now, now) for name in names])


async def write(database: Database, name: str, *, patient: bool) -> None:
    async def work(work: Work) -> None:
        work.defer(note, name)

    await database.write(work, patient=patient)


async def names(database: Database) -> list[Any]:
    async with database.read() as connection:
        return list((await connection.execute(select(node.c.name).order_by(node.c.name))).scalars())


async def test_patient_works_share_the_transaction_of_the_next_one_in_a_hurry(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.engine.queue.COMPANY", FOR_EVER)
    async with anyio.create_task_group() as tasks:
        for name in ("a", "b"):
            tasks.start_soon(partial(write, database, name, patient=True))
            await anyio.wait_all_tasks_blocked()
        assert GROUPS == []
        await write(database, "c", patient=False)
    assert GROUPS == [["a", "b", "c"]]
    assert await names(database) == ["a", "b", "c"]


async def test_a_patient_work_is_written_though_nobody_else_comes(database: Database) -> None:
    await write(database, "a", patient=True)
    assert await names(database) == ["a"]


async def test_a_patient_work_whose_caller_was_cancelled_is_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.engine.queue.COMPANY", FOR_EVER)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(partial(write, database, "a", patient=True))
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    await write(database, "b", patient=False)
    assert await names(database) == ["b"]


async def test_a_store_that_closes_writes_at_once_what_waited_for_company(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.engine.queue.COMPANY", FOR_EVER)
    async with anyio.create_task_group() as tasks, Database.open(database_url, SystemClock()) as database:
        tasks.start_soon(partial(write, database, "a", patient=True))
        await anyio.wait_all_tasks_blocked()
    async with Database.open(database_url, SystemClock()) as database:
        assert await names(database) == ["a"]


async def test_a_group_waits_for_those_whom_the_next_rounds_of_the_loop_bring(database: Database) -> None:
    async def after(rounds: int, name: str) -> None:
        for _ in range(rounds):
            await anyio.lowlevel.checkpoint()
        await write(database, name, patient=False)

    async with anyio.create_task_group() as tasks:
        for rounds, name in enumerate(("a", "b", "c")):
            tasks.start_soon(after, 2 * rounds, name)
    assert GROUPS == [["a", "b", "c"]]
