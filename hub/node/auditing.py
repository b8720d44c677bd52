"""What the command line does with the activity log; it needs no running hub, stops none, and needs no keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any, BinaryIO

from hub.clock import SystemClock
from hub.settings import Settings
from hub.store.audit.chain import Head
from hub.store.audit.checking import Report
from hub.store.audit.export import ExportFormat, export
from hub.store.audit.reading import tenants_with_logs
from hub.store.audit.verifying import verify_stored
from hub.store.engine import Database
from hub.store.migrations import check_schema


class NoSuchLog(Exception):
    """There is neither a tenant of this id nor a row that says to be one of its."""


def read_head(text: str) -> Head:
    """Return a place in a chain as ``sentence`` shows it, number and digest; ``ValueError`` for others."""
    seq, _, digest = text.partition(":")
    if not seq.isdecimal() or len(digest) != 64:
        raise ValueError(f"give the head as NUMBER:DIGEST, as verify-log shows it: {text}")
    return Head(int(seq), digest.lower())


async def verify(
    settings: Settings, tenant: str | None, first: int, last: int | None, noted: Head | None
) -> Sequence[Report]:
    """Check the log of one tenant, or of all; raises ``NoSuchLog``."""
    async with _open(settings) as database:
        tenants = await _known(database) if tenant is None else [await _checked(database, tenant)]
        return [await verify_stored(database, one, first, last, noted) for one in tenants]


async def export_to(
    out: BinaryIO,
    settings: Settings,
    tenant: str,
    wanted: ExportFormat,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Write a tenant's log in UTF-8; raises ``NoSuchLog``."""
    async with _open(settings) as database:
        await _checked(database, tenant)
        async for piece in export(database, tenant, wanted, since, until):
            out.write(piece.encode())


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Database]:
    async with Database.open_to_read(settings.database_url, SystemClock()) as database:
        await check_schema(database)
        yield database


async def _known(database: Database) -> Sequence[str]:
    async with database.read() as connection:
        return await tenants_with_logs(connection)


async def _checked(database: Database, tenant: str) -> str:
    if tenant not in await _known(database):
        raise NoSuchLog(f"there is no tenant {tenant}")
    return tenant


def sentence(report: Report) -> str:
    """Return one line for a person: that the log holds, or the first row that does not."""
    broken, head = report.broken, report.head
    if broken is not None:
        row = f" ({broken.kind} at {broken.at})" if broken.kind else ""
        return f"{report.tenant_id}: row {broken.seq}{row} is {broken.flaw.value}: {broken.reason}"
    if not report.rows:
        return f"{report.tenant_id}: no rows"
    return f"{report.tenant_id}: rows {report.first} to {head.seq} hold; head {head.seq}:{head.digest}"


def as_plain(reports: Sequence[Report]) -> dict[str, Any]:
    """Return reports for programs."""
    return {"holds": all(one.broken is None for one in reports), "tenants": [asdict(one) for one in reports]}
