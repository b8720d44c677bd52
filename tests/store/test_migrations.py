"""The schema's way forward: from empty to what the tables say, on both databases, or a clear refusal."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import anyio
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Integer, column, insert, inspect, select, table, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError

from hub.clock import SystemClock
from hub.store.audit.verifying import verify_stored
from hub.store.engine import Database, StoreBusy
from hub.store.engine.connect import writing_engine
from hub.store.migrations import SchemaTooNew, SchemaTooOld, check_schema, config, migrate, newest
from hub.store.tables import booking, claim, metadata, order_line, orders, sync_event, tenant
from tests.postgres import Server
from tests.store.audit_stage import NOON, event, told


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


async def test_an_empty_database_is_refused_with_what_to_do(empty_url: str) -> None:
    await in_database(empty_url.replace("/deep/down", ""), lambda _: None)
    async with Database.open(empty_url.replace("/deep/down", ""), SystemClock()) as database:
        with pytest.raises(SchemaTooOld, match=r"no schema.*run python main\.py migrate"):
            await check_schema(database)


async def test_a_schema_of_a_newer_hub_stops_migration_and_start(empty_url: str) -> None:
    await migrate(empty_url)
    await in_database(empty_url, lambda c: c.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(SchemaTooNew, match="9999 of a newer Handelhub"):
        await migrate(empty_url)
    async with Database.open(empty_url, SystemClock()) as database:
        with pytest.raises(SchemaTooNew):
            await check_schema(database)
        async with database.read() as connection:
            assert (await connection.execute(select(tenant))).all() == []


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
