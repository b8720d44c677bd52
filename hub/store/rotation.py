"""The keys in use: checked at start, and brought to the first key by re-sealing everything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, tuple_, update

from hub.store.engine import Database, Work
from hub.store.events import SyncEvent, tell
from hub.store.order_keys import give_all_keys
from hub.store.sealed import SEALED_COLUMNS, SealedColumn
from hub.store.secrets import KeyMissing, Place, Vault, sealed_with
from hub.store.tables import sealing_key, tenant
from hub.store.vat_numbers import forget_all_answers

BATCH = 200
PROOF = b"this key is the right one"


async def check_keys(database: Database, vault: Vault) -> None:
    """Make sure that the vault opens everything sealed so far; raises ``KeyMissing`` in one clear sentence.

    Notes the sealing key as in use, so that a later start without it is refused too.
    """
    async with database.read() as connection:
        known = (await connection.execute(select(sealing_key))).all()
    for row in known:
        _prove(vault, row)
    if vault.sealing not in {row.key_id for row in known}:
        await database.write(lambda work: _note(work, vault))


def _prove(vault: Vault, row: Row[Any]) -> None:
    try:
        vault.open(row.sealed, _proof_place(row.key_id))
    except KeyMissing:
        raise KeyMissing(
            f"the database holds secrets sealed with key {row.key_id}, which is not among HUB_KEYS or in"
            " HUB_KEY_FILE: give that key too"
        ) from None


def _proof_place(key_id: str) -> Place:
    return Place("", "sealing_key.sealed", key_id)


async def _note(work: Work, vault: Vault) -> None:
    known = await work.execute(select(sealing_key.c.key_id).where(sealing_key.c.key_id == vault.sealing))
    if known.first() is None:
        proof = vault.seal(PROOF, _proof_place(vault.sealing))
        await work.execute(insert(sealing_key).values(key_id=vault.sealing, sealed=proof, since=work.clock.now()))


async def rotate_keys(database: Database, vault: Vault) -> int:
    """Re-seal everything under the vault's first key and return how many secrets changed.

    Repeatable, and safe beside running nodes that were started with the same keys in the same order:
    a secret that changes meanwhile is left as its writer sealed it. Buyers are sealed with the keys of their orders, so
    only those keys are sealed anew. Answers of the VAT register are dropped, and asked for again. Every tenant's log
    tells of it. Afterwards older keys can be taken away.
    """
    await check_keys(database, vault)
    changed = await give_all_keys(database, vault)
    while done := sum([await _rotate_column(database, vault, column) for column in SEALED_COLUMNS]):
        changed += done
    await database.write(lambda work: _conclude(work, vault))
    return changed


async def _rotate_column(database: Database, vault: Vault, column: SealedColumn) -> int:
    changed = 0
    after: tuple[str, str] | None = None
    while rows := await _batch(database, column, after):
        stale = [row for row in rows if row.sealed and sealed_with(row.sealed) != vault.sealing]
        if stale:
            changed += await _reseal_batch(database, vault, column, stale)
        after = (rows[-1].tenant_id, rows[-1].row)
    return changed


async def _batch(
    database: Database, column: SealedColumn, after: tuple[str, str] | None
) -> Sequence[Row[Any, Any, Any]]:
    tenant_id = column.table.c.tenant_id
    statement = select(tenant_id, column.key.label("row"), column.sealed.label("sealed"))
    statement = statement.where(column.sealed.is_not(None))
    if after is not None:
        statement = statement.where(tuple_(tenant_id, column.key) > after)
    async with database.read() as connection:
        return (await connection.execute(statement.order_by(tenant_id, column.key).limit(BATCH))).all()


async def _reseal_batch(
    database: Database, vault: Vault, column: SealedColumn, rows: Sequence[Row[Any, Any, Any]]
) -> int:
    async def work_on(work: Work) -> int:
        return sum([await _reseal(work, vault, column, row) for row in rows])

    return await database.write(work_on)


async def _reseal(work: Work, vault: Vault, column: SealedColumn, row: Row[Any, Any, Any]) -> int:
    place = column.place(row.tenant_id, row.row)
    statement = update(column.table).where(
        column.table.c.tenant_id == row.tenant_id, column.key == row.row, column.sealed == row.sealed
    )
    fresh = vault.seal(vault.open(row.sealed, place), place)
    return (await work.execute(statement.values({column.column: fresh}))).rowcount


async def _conclude(work: Work, vault: Vault) -> None:
    await work.execute(delete(sealing_key).where(sealing_key.c.key_id != vault.sealing))
    await forget_all_answers(work)
    for tenant_id in (await work.execute(select(tenant.c.tenant_id))).scalars().all():
        tell(work, _rotated(tenant_id, vault, work.clock.now()))


def _rotated(tenant_id: str, vault: Vault, now: datetime) -> SyncEvent:
    message = f"The hub's keys were rotated: all secrets are sealed with key {vault.sealing}"
    return SyncEvent(tenant_id, "keys.rotated", message, now, detail={"key": vault.sealing}, actor="user:command line")
