"""Backups and what follows from one put back: a hub that does not know what it did may not do it again."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from hub.actors.commands import put_back
from hub.clock import SystemClock
from hub.domain.tenant import Principal, Role
from hub.settings import Settings
from hub.store.backup import BadBackup, back_up, copy_to_prepare, put_in_place
from hub.store.engine import Database, Work
from hub.store.engine.sqlite_file import file_of, lock_of, only_process
from hub.store.migrations import check_schema, migrate
from hub.store.rotation import check_keys
from hub.store.secrets import vault_of
from hub.store.tables import node
from hub.store.tenants import list_tenants
from hub.store.types import Instant

SILENCE = timedelta(minutes=10)
ELSEWHERE = "PostgreSQL is backed up and restored by pg_dump and pg_restore; see docs/operations.md"

_log = logging.getLogger(__name__)


def back_up_to(settings: Settings, target: Path) -> None:
    """Copy the SQLite database into a file; raises ``BadBackup``."""
    back_up(_file(settings), target)


async def restore_from(settings: Settings, backup: Path) -> Path | None:
    """Put a backup in the place of the database and doubt what it says; returns where the old one is kept.

    Raises ``BadBackup``, ``SchemaTooNew``, ``KeyMissing``, and ``StoreBusy`` while a hub runs. The hub finds either the
    old database or the new one with all doubts noted, whenever this is interrupted.
    """
    database = _file(settings)
    database.parent.mkdir(parents=True, exist_ok=True)
    with only_process(database):
        prepared = copy_to_prepare(backup, database)
        await migrate(f"sqlite:///{prepared}")
        await doubt(settings, f"sqlite:///{prepared}")
        aside = database.with_name(f"{database.name}.before-{SystemClock().now():%Y%m%dT%H%M%S}")
        there_was_one = database.exists()
        put_in_place(prepared, database, aside)
        lock_of(prepared).unlink(missing_ok=True)
    return aside if there_was_one else None


async def doubt(settings: Settings, url: str) -> int:
    """Note for every tenant that the database was put back; returns how many there are. No node may run.

    Raises ``KeyMissing`` where the keys do not open it, ``SchemaTooNew`` or ``SchemaTooOld``.
    """
    vault = vault_of(settings.keys, settings.key_file)
    async with Database.open(url, SystemClock()) as database:
        await check_schema(database)
        await check_keys(database, vault)
        return await _doubt_all(database)


async def doubt_after_silence(database: Database) -> None:
    """Doubt everything where the nodes of this database went silent long ago without leaving.

    So it looks after a crash that nobody noticed for a while, and after a backup of a running hub was put back
    by somebody who did not say so. Nodes that stop as they should strike themselves off.
    """
    async with database.read() as connection:
        seen = await connection.scalar(select(func.max(node.c.seen_at, type_=Instant)))
    if seen is not None and database.clock.now() - seen > SILENCE:
        _log.warning("no node was seen since %s: what was to be done since then is looked up first", seen)
        await _doubt_all(database)


async def _doubt_all(database: Database) -> int:
    async with database.read() as connection:
        tenants = [one.tenant_id for one in await list_tenants(connection)]
    for tenant_id in tenants:
        await database.write(partial(_put_back, tenant_id))
    return len(tenants)


async def _put_back(tenant_id: str, work: Work) -> None:
    await put_back(work, Principal(tenant_id, Role.ADMIN, "command line"), work.clock.now())


def _file(settings: Settings) -> Path:
    if not settings.sqlite:
        raise BadBackup(ELSEWHERE)
    return file_of(make_url(settings.database_url))
