"""Reading the activity log in pages, each from a snapshot of its own: rows never change once they are written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Select, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.audit.chain import Head
from hub.store.audit.encoding import plain
from hub.store.audit.kept import AsKept, read, unreadable
from hub.store.engine import Database
from hub.store.tables import sync_event, tenant

PlainRow: TypeAlias = dict[str, Any]

PAGE = 500


class UnreadableRow(Exception):
    """A row of a log cannot be handed out, since what stands there is no text; the message names it."""


async def load_head(connection: AsyncConnection, tenant_id: str) -> Head:
    """Return where the tenant's row says that the chain ends; the beginning for a tenant without a row."""
    statement = select(tenant.c.event_seq, AsKept(tenant.c.event_digest).label("digest"))
    row = (await connection.execute(statement.where(tenant.c.tenant_id == tenant_id))).one_or_none()
    return Head() if row is None else Head(row.event_seq, str(read(row.digest)))


async def head_before(connection: AsyncConnection, tenant_id: str, seq: int) -> Head | None:
    """Return the place before a row; None where the row before is not there."""
    if seq <= 1:
        return Head()
    statement = select(AsKept(sync_event.c.digest)).where(
        sync_event.c.tenant_id == tenant_id, sync_event.c.seq == seq - 1
    )
    digest = await connection.scalar(statement)
    return None if digest is None else Head(seq - 1, str(read(digest)))


async def tenants_with_logs(connection: AsyncConnection) -> Sequence[str]:
    """Return the ids of all tenants, and of rows whose tenant is gone; for the hub's operator, never for a tenant.

    Raises ``UnreadableRow`` where a row's tenant is no text.
    """
    ids = [AsKept(each.c.tenant_id).label("tenant_id") for each in (tenant, sync_event)]
    found = [read(one) for one in (await connection.execute(union(*map(select, ids)))).scalars()]
    if any(map(unreadable, found)):
        raise UnreadableRow(await _named(connection))
    return sorted(found)


async def _named(connection: AsyncConnection) -> str:
    statement = select(AsKept(sync_event.c.tenant_id).label("tenant_id"), sync_event.c.seq).order_by(sync_event.c.seq)
    rows = (await connection.execute(statement)).all()
    seq = next((row.seq for row in rows if unreadable(read(row.tenant_id))), 0)
    return f"row {seq} of a log cannot be read: what stands as its tenant_id is no text"


async def row_outside(connection: AsyncConnection, tenant_id: str) -> PlainRow | None:
    """Return the first row of the tenant whose number was never given out."""
    given_out = select(tenant.c.event_seq).where(tenant.c.tenant_id == tenant_id).scalar_subquery()
    outside = (sync_event.c.seq > given_out) | (sync_event.c.seq < 1) | given_out.is_(None)
    row = (await connection.execute(_rows(tenant_id).where(outside).limit(1))).mappings().first()
    return None if row is None else plain(row)


async def pages(database: Database, tenant_id: str, after: int, last: int) -> AsyncIterator[Sequence[PlainRow]]:
    """Yield the tenant's rows numbered above ``after`` up to ``last`` as plain rows, a page at a time, oldest first."""
    while after < last:
        statement = _rows(tenant_id).where(sync_event.c.seq > after, sync_event.c.seq <= last).limit(PAGE)

        async def read(connection: AsyncConnection, statement: Select[Any] = statement) -> Sequence[PlainRow]:
            return [plain(row) for row in (await connection.execute(statement)).mappings()]

        found = await database.look(read)
        if not found:
            return
        yield found
        after = found[-1]["seq"]


async def span(
    connection: AsyncConnection, tenant_id: str, since: datetime | None, until: datetime | None
) -> tuple[int, int]:
    """Return the number of the first row at or after ``since`` and of the last before ``until``.

    Nodes' clocks differ a little, so rows between the two may lie just outside: a chain has no holes.
    """
    numbers = select(sync_event.c.seq).where(sync_event.c.tenant_id == tenant_id)
    first = await connection.scalar(_at_least(numbers, since).order_by(sync_event.c.seq).limit(1))
    last = await connection.scalar(_before(numbers, until).order_by(sync_event.c.seq.desc()).limit(1))
    return (1, 0) if first is None or last is None else (first, last)


def _at_least(numbers: Select[Any], since: datetime | None) -> Select[Any]:
    return numbers if since is None else numbers.where(sync_event.c.at >= since)


def _before(numbers: Select[Any], until: datetime | None) -> Select[Any]:
    return numbers if until is None else numbers.where(sync_event.c.at < until)


def _rows(tenant_id: str) -> Select[Any]:
    columns = [AsKept(one).label(one.name) for one in sync_event.c]
    return select(*columns).where(sync_event.c.tenant_id == tenant_id).order_by(sync_event.c.seq)
