"""The schema's way forward: from empty to what the tables say, on both databases, or a clear refusal."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Integer, String, column, func, insert, inspect, select, table, text
from sqlalchemy.engine import Connection, make_url

from hub.clock import SystemClock
from hub.store.audit.verifying import verify_stored
from hub.store.engine import Database, StoreBusy
from hub.store.engine.connect import writing_engine
from hub.store.migrations import (
    SchemaTooNew,
    SchemaTooOld,
    check_schema,
    config,
    migrate,
    newest,
    number_of,
    oldest_for,
)
from hub.store.tables import metadata, sync_event, tenant
from tests.actors.runtime.stage import until
from tests.postgres import Server
from tests.store.audit_stage import NOON, event, told

RULE_SINCE = 5
"""Revisions up to this one are older than the rule that they may only add."""


def sa_column(kind: Any, nullable: bool = False, default: str | None = None) -> dict[str, Any]:
    return {"type": kind, "nullable": nullable, "default": default}


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/deep/down/empty.db"


@pytest.fixture
def empty_postgres(postgres_server: Server) -> Iterator[str]:
    name = f"empty_{uuid4().hex}"
    postgres_server.run(f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    postgres_server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["empty_sqlite", "empty_postgres"])
def empty_url(request: pytest.FixtureRequest) -> str:
    url: str = request.getfixturevalue(request.param)
    return url


async def in_database(url: str, do: Any) -> Any:
    engine = writing_engine(make_url(url))
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(do)
    finally:
        await engine.dispose()


async def test_the_migrated_schema_is_what_the_tables_say(empty_url: str) -> None:
    await migrate(empty_url)
    assert await in_database(empty_url, differences) == []
    assert await in_database(empty_url, partial_indexes) == {
        "ix_actor_due_at",
        "ix_actor_node",
        "ix_claim_open",
        "uq_message_fold",
    }


def differences(connection: Connection) -> list[Any]:
    options = {"compare_type": True, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def partial_indexes(connection: Connection) -> set[str]:
    looked = inspect(connection)
    found = [index for table in looked.get_table_names() for index in looked.get_indexes(table)]
    where = f"{connection.dialect.name}_where"
    return {str(index["name"]) for index in found if index.get("dialect_options", {}).get(where) is not None}


async def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    first = await migrate(empty_url)
    assert await migrate(empty_url) == first == newest()
    async with Database.open(empty_url, SystemClock()) as database:
        assert await check_schema(database) == first


async def test_two_nodes_that_migrate_at_once_both_end_with_the_schema(empty_postgres: str) -> None:
    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(migrate, empty_postgres)
    assert await in_database(empty_postgres, differences) == []


async def test_a_migration_waits_for_who_reads_a_table_and_holds_nobody_up(empty_postgres: str) -> None:
    """A reader keeps the table for longer than a lock is waited for; others still read meanwhile."""
    await in_database(empty_postgres, lambda connection: command.upgrade(config(connection), "0001"))
    engine = writing_engine(make_url(empty_postgres))
    try:
        async with engine.connect() as reader, anyio.create_task_group() as tasks:
            await reader.execute(select(func.count()).select_from(table("listing")))
            tasks.start_soon(migrate, empty_postgres)
            await until(lambda: in_database(empty_postgres, refused_for_a_lock), 30)
            await reader.rollback()
    finally:
        await engine.dispose()
    assert await in_database(empty_postgres, differences) == []


def refused_for_a_lock(connection: Connection) -> bool:
    """Whether a transaction of this database was given up; the migration is the only one that is."""
    rolled_back = text("SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()")
    return bool(connection.execute(rolled_back).scalar_one())


async def test_an_empty_database_is_refused_with_what_to_do(empty_url: str) -> None:
    await in_database(empty_url.replace("/deep/down", ""), lambda _: None)
    async with Database.open(empty_url.replace("/deep/down", ""), SystemClock()) as database:
        with pytest.raises(SchemaTooOld, match=r"no schema.*run python main\.py migrate"):
            await check_schema(database)


async def test_a_schema_of_a_newer_hub_stops_migration_and_start(empty_url: str) -> None:
    await migrate(empty_url)
    await in_database(empty_url, lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999-9998'")))
    with pytest.raises(SchemaTooNew, match="9999-9998 of a newer Handelhub"):
        await migrate(empty_url)
    async with Database.open(empty_url, SystemClock()) as database:
        with pytest.raises(SchemaTooNew):
            await check_schema(database)
        async with database.read() as connection:
            assert (await connection.execute(select(tenant))).all() == []


async def test_a_schema_of_a_newer_hub_that_only_added_to_ours_is_worked_with_and_left_alone(empty_url: str) -> None:
    """So old nodes go on during an upgrade, and a new version that disappoints can be taken back."""
    await migrate(empty_url)
    for ahead in ("9999", f"9999-{number_of(newest()):04d}"):
        revised = text("UPDATE alembic_version SET version_num = :ahead").bindparams(ahead=ahead)
        await in_database(empty_url, lambda connection, revised=revised: connection.execute(revised))
        assert await migrate(empty_url) == ahead
        async with Database.open(empty_url, SystemClock()) as database:
            assert await check_schema(database) == ahead


async def test_a_schema_that_is_no_revision_of_ours_is_not_worked_with(empty_sqlite: str) -> None:
    await migrate(empty_sqlite)
    for strange in ("head", "0000", "99999"):
        revised = text("UPDATE alembic_version SET version_num = :strange").bindparams(strange=strange)
        await in_database(empty_sqlite, lambda connection, revised=revised: connection.execute(revised))
        async with Database.open(empty_sqlite, SystemClock()) as database:
            with pytest.raises(SchemaTooNew):
                await check_schema(database)


def test_revisions_are_numbered_in_their_order_and_never_let_an_older_hub_in_again() -> None:
    chain = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()][::-1]
    assert [number_of(one) for one in chain] == list(range(1, len(chain) + 1))
    floors = [oldest_for(one) for one in chain]
    assert floors == sorted(floors)
    assert all(oldest_for(one) <= number_of(one) for one in chain)


def revisions_since_the_rule() -> list[tuple[str, str]]:
    """Return each revision after the rule, with the one before it."""
    chain = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()][::-1]
    return [(before, after) for before, after in pairwise(chain) if number_of(after) > RULE_SINCE]


async def test_a_revision_only_adds_to_the_schema_or_names_the_oldest_hub_that_can_live_with_it(empty_url: str) -> None:
    url = empty_url.replace("/deep/down", "")
    await in_database(url, lambda connection: command.upgrade(config(connection), f"{RULE_SINCE:04d}"))
    before = await in_database(url, shape)
    for earlier, revision in revisions_since_the_rule():
        await in_database(url, lambda connection, to=revision: command.upgrade(config(connection), to))
        after = await in_database(url, shape)
        if oldest_for(revision) == oldest_for(earlier):
            assert lost_on_the_way(before, after) == [], f"{revision} must be named {revision}-NNNN, or only add"
        before = after


def shape(connection: Connection) -> dict[str, dict[str, Any]]:
    """Return what an older hub relies on: each table's columns, as they are reflected."""
    looked = inspect(connection)
    return {name: {one["name"]: one for one in looked.get_columns(name)} for name in looked.get_table_names()}


def lost_on_the_way(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> list[str]:
    """Return what would stop a hub that knows the schema before: things gone, narrowed, or asked of it anew."""
    wrong = []
    for name, columns in before.items():
        now = after.get(name, {})
        wrong += [f"{name}.{one} is gone" for one in columns if one not in now]
        wrong += [f"{name}.{one} is another type" for one in columns if one in now and narrowed(columns[one], now[one])]
        wrong += [f"{name}.{one} must be given" for one in now if must_be_given(now[one], columns.get(one))]
    return wrong


def narrowed(before: dict[str, Any], after: dict[str, Any]) -> bool:
    if type(before["type"]) is not type(after["type"]):
        return True
    lengths = [getattr(one["type"], "length", None) for one in (before, after)]
    return lengths[1] is not None and (lengths[0] is None or lengths[1] < lengths[0])


def must_be_given(after: dict[str, Any], before: dict[str, Any] | None) -> bool:
    """Whether an insert of an older hub, which does not name the column or leaves it empty, is refused now."""
    asked = not after["nullable"] and after["default"] is None
    return asked and (before is None or before["nullable"] or before["default"] is not None)


ADDED = {"t": {"a": sa_column(String(8)), "b": sa_column(Integer(), nullable=True), "n": sa_column(String(4), True)}}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"a": None}, ["t.a is gone"]),
        ({"a": sa_column(String(4))}, ["t.a is another type"]),
        ({"a": sa_column(Integer())}, ["t.a is another type"]),
        ({"b": sa_column(Integer())}, ["t.b must be given"]),
        ({"new": sa_column(Integer())}, ["t.new must be given"]),
        ({"new": sa_column(Integer(), default="0"), "more": sa_column(Integer(), nullable=True)}, []),
        ({"a": sa_column(String(16))}, []),
    ],
)
def test_what_stops_an_older_hub_is_noticed(change: dict[str, Any], told: list[str]) -> None:
    columns = {name: one for name, one in (ADDED["t"] | change).items() if one is not None}
    assert lost_on_the_way(ADDED, {"t": columns}) == told


async def test_a_file_that_a_running_hub_has_open_is_not_migrated(empty_sqlite: str) -> None:
    await migrate(empty_sqlite)
    async with Database.open(empty_sqlite, SystemClock()):
        with pytest.raises(StoreBusy):
            await migrate(empty_sqlite)


async def test_a_log_written_before_it_was_chained_is_chained_as_it_stands(empty_url: str) -> None:
    url = empty_url.replace("/deep/down", "")
    await in_database(url, lambda connection: command.upgrade(config(connection), "0002"))
    await in_database(url, write_old_log)
    await migrate(url)
    assert await in_database(url, differences) == []
    async with Database.open(url, SystemClock()) as database:
        for tenant_id, count in OLD_LOGS.items():
            report = await verify_stored(database, tenant_id)
            assert (report.broken, report.rows) == (None, count)
        await told(database, event(1, "globex"))
        assert (await verify_stored(database, "globex")).broken is None


OLD_LOGS = {"acme": 2345, "globex": 3, "silent": 0}


def write_old_log(connection: Connection) -> None:
    """Write what the first schema's hub would have."""
    old = table("sync_event", *(column(one.name, one.type) for one in sync_event.c if one.name != "digest"))
    for tenant_id, count in OLD_LOGS.items():
        made = {"tenant_id": tenant_id, "name": tenant_id, "event_seq": count, "created_at": NOON}
        connection.execute(insert(table("tenant", *(column(name, tenant.c[name].type) for name in made))), made)
        usual = {"tenant_id": tenant_id, "at": NOON, "kind": "order.imported", "level": "info", "message": "é",
                 "detail": {"number": 0.5, "far": 1e17}, "actor": "hub"}  # fmt: skip
        if count:
            connection.execute(insert(old), [usual | {"seq": seq} for seq in range(1, count + 1)])
