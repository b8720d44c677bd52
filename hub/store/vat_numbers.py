"""Statements about VAT numbers: what the register last answered, kept so that it is not asked for every order.

A number is found by a keyed hash and never lies open. The rows are a cache: all may be dropped at any time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.tax.evidence import VatAnswer, VatStatus
from hub.store.engine import Work
from hub.store.sealed import VAT_NUMBER
from hub.store.secrets import Vault
from hub.store.tables import vat_number
from hub.store.upsert import upsert

LASTING = {VatStatus.VALID: timedelta(days=30), VatStatus.INVALID: timedelta(days=1)}
"""How long an answer is believed; an unknown one is never, and may only be told as the last one known."""

LONGEST_KEPT = timedelta(days=90)
"""Numbers of sole traders are personal data: after this an answer stands in the certificates alone, masked."""


async def save_answer(work: Work, vault: Vault, tenant_id: str, answer: VatAnswer) -> None:
    """Store what the register answered on a number of one of the tenant's buyers, sealed. Repeatable."""
    named = _named(vault, tenant_id, answer.number)
    plain = {
        "number": answer.number,
        "status": answer.status.value,
        "consultation": answer.consultation,
        "reason": answer.reason,
    }
    row = {
        "tenant_id": tenant_id,
        "number_key": named,
        "sealed": vault.seal_json(plain, VAT_NUMBER.place(tenant_id, named)),
        "answered_at": answer.at,
    }
    await upsert(work.connection, vat_number, [row])


def _named(vault: Vault, tenant_id: str, number: str) -> str:
    return vault.name(number, tenant_id, "vat_number.number_key")


async def believed_answer(
    connection: AsyncConnection, vault: Vault, tenant_id: str, number: str, now: datetime
) -> VatAnswer | None:
    """Return the answer on a number as long as it is believed, None where the register is to be asked."""
    found = await last_answer(connection, vault, tenant_id, number)
    lasting = LASTING.get(found.status) if found is not None else None
    return found if found is not None and lasting is not None and now - found.at < lasting else None


async def last_answer(connection: AsyncConnection, vault: Vault, tenant_id: str, number: str) -> VatAnswer | None:
    """Return the last answer on a number, however old, None where it was never asked about."""
    named = _named(vault, tenant_id, number)
    statement = select(vat_number).where(vat_number.c.tenant_id == tenant_id, vat_number.c.number_key == named)
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    plain = vault.open_json(row.sealed, VAT_NUMBER.place(tenant_id, named))
    return VatAnswer(
        plain["number"], VatStatus(plain["status"]), row.answered_at, plain["consultation"], plain["reason"]
    )


async def forget_answers(work: Work, tenant_id: str, before: datetime) -> int:
    """Delete a tenant's answers older than a moment (UTC); returns how many."""
    statement = delete(vat_number).where(vat_number.c.tenant_id == tenant_id, vat_number.c.answered_at < before)
    return (await work.execute(statement)).rowcount


async def forget_all_answers(work: Work) -> int:
    """Delete the answers of every tenant, since a new first key finds none of them; they are asked for again."""
    return (await work.execute(delete(vat_number))).rowcount
