"""The schema's way forward: from empty to what the tables say, on both databases, or a clear refusal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
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
from sqlalchemy.exc import DBAPIError

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
from hub.store.tables import booking, claim, metadata, order_line, orders, sync_event, tenant
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
    for ahead in ("9999", f"9999_{number_of(newest()):04d}"):
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
            assert lost_on_the_way(before, after) == [], f"{revision} must be named {revision}_NNNN, or only add"
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


async def test_claims_of_before_are_put_right_and_kept_so(empty_url: str) -> None:
    url = empty_url.replace("/deep/down", "")
    await in_database(url, lambda connection: command.upgrade(config(connection), "0005"))
    await in_database(url, write_old_claims)
    await migrate(url)
    assert await in_database(url, differences) == []
    rows = await in_database(url, lambda connection: connection.execute(select(claim)).all())
    kept = {row.product_id: (row.quantity, row.released_by, row.division, row.visible_read) for row in rows}
    assert kept == {
        "right": (Decimal(12), None, 123456, 7),
        "negative": (Decimal(0), None, None, None),
        "released": (Decimal(1), "unknown", None, None),
        "half": (Decimal(1), None, None, None),
    }
    lines = await in_database(url, lambda connection: connection.execute(select(order_line)).all())
    assert [row.units_per_offer for row in lines] == [Decimal(6)]
    with pytest.raises(DBAPIError, match=r"(?i)constraint"):
        await in_database(url, lambda connection: connection.execute(text("UPDATE claim SET line_id = 'none'")))


def write_old_claims(connection: Connection) -> None:
    """Write an order of six-packs and claims on it as nothing but the program kept them right."""
    line = {"tenant_id": "acme", "order_id": "o", "line_id": "1", "place": 0, "title": "Mug", "units_per_offer": 6,
            "quantity": 2, "cancelled": 0, "shipped": 0, "cancellation_requested": False, "gross": Decimal(24),
            "discount": Decimal(0)}  # fmt: skip
    columns = [column(name, Integer() if name == "units_per_offer" else order_line.c[name].type) for name in line]
    connection.execute(insert(table("order_line", *columns)), line)
    usual = {"tenant_id": "acme", "order_id": "o", "line_id": "1", "quantity": Decimal(1), "made_at": NOON,
             "division": None, "visible_read": None, "released_at": None, "released_by": None}  # fmt: skip
    old = [
        usual | {"product_id": "right", "quantity": Decimal(12), "division": 123456, "visible_read": 7},
        usual | {"product_id": "negative", "quantity": Decimal(-1)},
        usual | {"product_id": "released", "released_at": NOON},
        usual | {"product_id": "half", "division": 123456},
        usual | {"product_id": "orphan", "line_id": "2"},
    ]
    connection.execute(insert(table("claim", *(column(name, claim.c[name].type) for name in old[0]))), old)


async def test_what_was_forwarded_before_is_booked_from_its_certificates(empty_url: str) -> None:
    url = empty_url.replace("/deep/down", "")
    await in_database(url, lambda connection: command.upgrade(config(connection), "0005"))
    await in_database(url, write_old_orders)
    await migrate(url)
    assert await in_database(url, differences) == []
    names = ("order_id", "kind", "place", "day", "taxed_in", "rate", "net", "vat", "cost")
    found = select(*(booking.c[name] for name in names)).order_by(booking.c.order_id, booking.c.place)
    rows = await in_database(url, lambda connection: [tuple(row) for row in connection.execute(found)])
    assert len(rows) == 3 * OLD_ORDERS
    assert rows[:3] == [
        ("order-00000", "line", 0, "2026-11-23", "BE", Decimal("0.21"), Decimal("20.00"), Decimal("4.20"), None),
        ("order-00000", "shipping", 1, "2026-11-23", "BE", Decimal("0.21"), Decimal("4.09"), Decimal("0.86"), None),
        ("order-00000", "discount", 2, "2026-11-23", "BE", Decimal("0.21"), Decimal("-1.00"), Decimal("-0.21"), None),
    ]


OLD_ORDERS = 1203


def write_old_orders(connection: Connection) -> None:
    """Write orders as the hub before kept them: forwarded with a certificate, without one, and held."""
    entries = [("Mug", "1", "20.00", "4.20"), ("Post", None, "4.09", "0.86"), ("Off", None, "-1.00", "-0.21")]
    certificate = {
        "version": 1, "day": "2026-11-23", "currency": "EUR", "ships_from": "NL",
        "entries": [
            {"name": name, "line_id": line, "regime": "oss", "taxed_in": "BE", "rate": "0.21", "code": "OB",
             "net": net, "vat": vat} for name, line, net, vat in entries
        ],
    }  # fmt: skip
    charges = [{"kind": "shipping", "description": "Post"}, {"kind": "discount", "description": "Off"}]
    usual = {
        "tenant_id": "acme", "channel_id": "shop", "number": "1", "placed_at": NOON, "changed_at": NOON,
        "imported_at": NOON, "currency": "EUR", "total": Decimal(1), "payment": "paid", "fulfilled_by": "seller",
        "raw_status": "", "cancelled": False, "charges": charges, "status": "forwarded", "derivation": certificate,
    }  # fmt: skip
    made = [usual | {"order_id": f"order-{number:05}", "external_id": str(number)} for number in range(OLD_ORDERS)]
    made.append(usual | {"order_id": "held", "external_id": "h", "status": "held"})
    made.append(usual | {"order_id": "older", "external_id": "o", "derivation": None})
    old = table("orders", *(column(name, orders.c[name].type) for name in made[0]))
    connection.execute(insert(old), made)
