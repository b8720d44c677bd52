"""What the VAT register answered is believed for a while, per tenant, and an unknown answer never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from hub.domain.tax.evidence import VatAnswer, VatStatus
from hub.store.engine import Database
from hub.store.secrets import Vault
from hub.store.tables import vat_number
from hub.store.tenants import Tenant
from hub.store.vat_numbers import believed_answer, forget_answers, last_answer, save_answer

THEN = datetime(2026, 6, 1, 12, tzinfo=UTC)


VAULT, NUMBER = Vault([b"v" * 32]), "DE136695976"


async def believed(database: Database, tenant: str, after: timedelta, vault: Vault = VAULT) -> VatAnswer | None:
    async with database.read() as connection:
        return await believed_answer(connection, vault, tenant, NUMBER, THEN + after)


async def save(database: Database, status: VatStatus, at: datetime = THEN, tenant: str = "acme") -> VatAnswer:
    answer = VatAnswer(NUMBER, status, at, "WAPI1" if status is VatStatus.VALID else None, None)
    await database.write(lambda work: save_answer(work, VAULT, tenant, answer))
    return answer


@pytest.mark.parametrize(("status", "days"), [(VatStatus.VALID, 30), (VatStatus.INVALID, 1), (VatStatus.UNKNOWN, 0)])
async def test_an_answer_is_believed_as_long_as_its_kind_lasts(
    database: Database, acme: Tenant, status: VatStatus, days: int
) -> None:
    answer = await save(database, status)
    just_before = timedelta(days=days) - timedelta(seconds=1)
    if days:
        assert await believed(database, acme.tenant_id, just_before) == answer
    assert await believed(database, acme.tenant_id, timedelta(days=days)) is None


async def test_a_newer_answer_replaces_the_older_one(database: Database, acme: Tenant) -> None:
    await save(database, VatStatus.UNKNOWN)
    newer = await save(database, VatStatus.VALID, THEN + timedelta(minutes=5))
    assert await believed(database, acme.tenant_id, timedelta(minutes=6)) == newer


async def test_no_tenant_sees_the_answers_of_another(database: Database, acme: Tenant) -> None:
    await save(database, VatStatus.VALID, tenant="other")
    assert await believed(database, acme.tenant_id, timedelta()) is None


async def test_old_answers_are_forgotten(database: Database, acme: Tenant) -> None:
    await save(database, VatStatus.VALID)
    assert await database.write(lambda work: forget_answers(work, acme.tenant_id, THEN)) == 0
    assert await database.write(lambda work: forget_answers(work, acme.tenant_id, THEN + timedelta(seconds=1))) == 1
    async with database.read() as connection:
        assert await last_answer(connection, VAULT, acme.tenant_id, NUMBER) is None


async def test_neither_the_number_nor_its_answer_lies_open(database: Database, acme: Tenant) -> None:
    """A sole trader's number is personal data; without the hub's key no row tells whose it is."""
    await save(database, VatStatus.VALID)
    await save(database, VatStatus.VALID, tenant="other")
    async with database.read() as connection:
        rows = (await connection.execute(select(vat_number))).all()
    assert len({row.number_key for row in rows}) == 2
    for row in rows:
        told = f"{row.number_key} {row.sealed!r}"
        assert not any(word in told for word in (NUMBER, NUMBER[2:], "valid", "WAPI1"))
    assert await believed(database, acme.tenant_id, timedelta(), Vault([b"w" * 32])) is None
