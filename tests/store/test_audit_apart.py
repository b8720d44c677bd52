"""Where the activity log depends on the kind of database: several nodes, and values that SQLite lets through."""

from __future__ import annotations

import anyio
from sqlalchemy import text

from hub.clock import SystemClock
from hub.store.engine import Database
from tests.store.audit_stage import ROWS, event, found, tamper, told, verified, with_history


async def test_two_nodes_at_once_make_one_chain(postgres_url: str) -> None:
    async with Database.open(postgres_url, SystemClock()) as one, Database.open(postgres_url, SystemClock()) as two:
        await with_history(one, "acme", "globex")

        async def write(node: Database, first: str, second: str, number: int) -> None:
            await told(node, event(number, first), event(number, second))

        async with anyio.create_task_group() as tasks:
            for number in range(40):
                tasks.start_soon(write, one, "acme", "globex", number)
                tasks.start_soon(write, two, "globex", "acme", number)
        for tenant_id in ("acme", "globex"):
            report = await verified(two, tenant_id)
            assert (report.broken, report.rows) == (None, ROWS + 80)


async def test_a_value_that_nobody_can_read_is_named(sqlite_url: str) -> None:
    async with Database.open(sqlite_url, SystemClock()) as database:
        await with_history(database, "acme")
        await tamper(database, text("UPDATE sync_event SET detail = '{oops' WHERE seq = 6"))
        assert await found(database) == ("altered", 6)
        await tamper(database, text("UPDATE sync_event SET at = 'yesterday' WHERE seq = 4"))
        assert await found(database) == ("altered", 4)
        await tamper(database, text("UPDATE sync_event SET message = x'ff00' WHERE seq = 2"))
        assert await found(database) == ("altered", 2)
