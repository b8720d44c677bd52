"""A tenant with some history, and hands that alter it behind the hub's back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, delete, insert, select, update

from hub.store.audit.checking import Report
from hub.store.audit.verifying import verify_stored
from hub.store.engine import Database, Work
from hub.store.events import SyncEvent, tell
from hub.store.tables import sync_event
from hub.store.tenants import create_tenant

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROWS = 8


def event(number: int, tenant_id: str = "acme", **fields: Any) -> SyncEvent:
    """Return an event as a change of settings tells it."""
    usual: dict[str, Any] = {
        "kind": "channel.configured",
        "message": f"Change {number}",
        "at": NOON + timedelta(hours=number),
        "detail": {"before": {"buffer": number}, "after": {"buffer": number + 1, "pace": 300.0}},
    }
    return SyncEvent(tenant_id, **(usual | fields))


async def told(database: Database, *events: SyncEvent) -> None:
    """Write events in one work."""

    async def write(work: Work) -> None:
        for one in events:
            tell(work, one)

    await database.write(write)


async def with_history(database: Database, *tenant_ids: str) -> None:
    """Make tenants with so many events each, in commits of one and of many."""
    for tenant_id in tenant_ids:
        await database.write(lambda work, tenant_id=tenant_id: create_tenant(work, tenant_id, tenant_id))  # type: ignore[misc]
        await told(database, event(1, tenant_id))
        await told(database, *(event(number, tenant_id) for number in range(2, ROWS + 1)))


async def rows(database: Database, tenant_id: str = "acme") -> list[dict[str, Any]]:
    """Return the tenant's rows as stored."""
    async with database.read() as connection:
        found = await connection.execute(
            select(sync_event).where(sync_event.c.tenant_id == tenant_id).order_by(sync_event.c.seq)
        )
        return [dict(row) for row in found.mappings()]


def row(seq: int, tenant_id: str = "acme") -> ColumnElement[bool]:
    """Return the condition that finds one row."""
    return (sync_event.c.tenant_id == tenant_id) & (sync_event.c.seq == seq)


def change(seq: int, /, **values: Any) -> Executable:
    """Return what changes a row in the database."""
    return update(sync_event).where(row(seq)).values(**values)


def remove(seq: int) -> Executable:
    """Return what deletes a row from the database."""
    return delete(sync_event).where(row(seq))


def add(values: dict[str, Any]) -> Executable:
    """Return what inserts a row into the database."""
    return insert(sync_event).values(**values)


async def tamper(database: Database, *statements: Executable) -> None:
    """Alter the log as somebody with the database's password would."""

    async def write(work: Work) -> None:
        for statement in statements:
            await work.execute(statement)

    await database.write(write)


async def found(database: Database, tenant_id: str = "acme", **options: Any) -> tuple[str, int] | None:
    """Return what a check of the tenant's log names: the flaw and the row's number."""
    broken = (await verified(database, tenant_id, **options)).broken
    return None if broken is None else (broken.flaw.value, broken.seq)


async def verified(database: Database, tenant_id: str = "acme", **options: Any) -> Report:
    """Return the report of a check."""
    return await verify_stored(database, tenant_id, **options)
