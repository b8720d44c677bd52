"""Rows are found by many keys of several columns without reading a table as a whole, however many there are."""

from __future__ import annotations

import pytest
from sqlalchemy import Select, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.actor_row import LOCK
from hub.actors.runtime.mailbox.departure import DELETE
from hub.actors.runtime.mailbox.ownership import LOOK
from hub.actors.runtime.mailbox.reading import DUE_IN_LANES
from hub.clock import SystemClock
from hub.store.engine import ByKeys, Database, wire
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


@pytest.mark.parametrize("by_keys", [LOCK, LOOK])
async def test_postgresql_looks_many_keys_up_by_the_index(postgres_url: str, by_keys: ByKeys) -> None:
    filled = (
        "INSERT INTO actor (tenant_id, address, status, next_seq, epoch, restarts, quarantines, node)"
        " SELECT n::text, n::text, 'active', 1, 1, 0, 0, 'me' FROM generate_series(1, 50000) AS n"
    )
    async with Database.open(postgres_url, SystemClock()) as database:
        for step in (filled, "ANALYZE actor"):
            await database.write(lambda work, step=step: work.execute(text(step)))  # type: ignore[misc]
        async with database.read() as connection:
            plan = await plan_of(connection, by_keys, [(str(n), str(n)) for n in range(1, 50001, 800)])
    assert "Index Scan using pk_actor" in plan
    assert "Seq Scan" not in plan
    assert "ix_actor_node" not in plan


async def plan_of(connection: AsyncConnection, by_keys: ByKeys, keys: list[tuple[str, str]]) -> str:
    """Return how PostgreSQL would run a statement, whatever it is given."""
    ((statement, given),) = by_keys._of(connection, keys, {})
    rows, _ = await wire.direct(connection, f"EXPLAIN {statement.text}", statement._values(given))
    return "\n".join(row[0] for row in rows)


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
