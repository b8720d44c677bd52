"""Rows are found by many keys of several columns without reading a table as a whole, however many there are."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, insert, select, tuple_

from hub.actors.runtime.mailbox.actor_row import LOCK
from hub.actors.runtime.mailbox.departure import DELETE
from hub.actors.runtime.mailbox.reading import DUE_IN_LANES
from hub.clock import SystemClock
from hub.store.engine import ByKeys, Database
from hub.store.tables import actor

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("by_keys", [LOCK, DELETE, DUE_IN_LANES])
async def test_sqlite_looks_many_keys_up_by_the_index(sqlite_url: str, by_keys: ByKeys) -> None:
    async with Database.open(sqlite_url, SystemClock()) as database, database.read() as connection:
        statement = by_keys._statements.of(8, connection.dialect)
        values = tuple("" for _ in statement.names)
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement.text}", values)
        steps = [row["detail"] for row in plan.mappings()]
    assert any("USING PRIMARY KEY" in step for step in steps)
    assert not [step for step in steps if step.startswith(("SCAN actor", "SCAN message"))]


async def test_no_keys_find_nothing_and_exclude_nothing(database: Database) -> None:
    key = tuple_(actor.c.tenant_id, actor.c.address)

    async def count(statement: Select[str]) -> int:
        async with database.read() as connection:
            return len((await connection.execute(statement)).all())

    await database.write(lambda work: work.execute(insert(actor).values(tenant_id="acme", address="channel/acme/bol")))
    everybody = select(actor.c.address)
    assert await count(everybody.where(key.in_([]))) == 0
    assert await count(everybody.where(key.not_in([]))) == 1
    assert await count(everybody.where(~key.in_([]))) == 1
    assert await count(everybody.where(key.in_([("acme", "channel/acme/bol"), ("acme", "")]))) == 1
