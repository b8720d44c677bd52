"""One-time tickets that lead a browser through a consent, and back to what it is for."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, insert

from hub.store.engine import Work
from hub.store.tables import oauth_state

TICKET_LIFE = timedelta(minutes=10)


class Step(StrEnum):
    """What a one-time ticket is good for: opening the consent, or coming back from it."""

    START = "start"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a consent is for: an ERP connection or a channel of a tenant, by its id."""

    tenant_id: str
    subject_id: str


async def make_ticket(work: Work, subject: Subject, step: Step, browser: str = "") -> str:
    """Return a ticket for one step of a consent: good once, for ten minutes, and in one browser where that is named.

    Only a hash of it is kept.
    """
    ticket = secrets.token_urlsafe(32)
    tenant_id, now = subject.tenant_id, work.clock.now()
    await work.execute(delete(oauth_state).where(oauth_state.c.tenant_id == tenant_id, oauth_state.c.expires_at <= now))
    await work.execute(
        insert(oauth_state).values(
            tenant_id=tenant_id,
            digest=_digest(step, ticket, browser),
            connection_id=subject.subject_id,
            expires_at=now + TICKET_LIFE,
        )
    )
    return ticket


async def take_ticket(work: Work, ticket: str, step: Step, browser: str = "") -> Subject | None:
    """Use a ticket up and return what it was made for; None where it is unknown, used, too old or another browser's."""
    statement = (
        delete(oauth_state)
        .where(oauth_state.c.digest == _digest(step, ticket, browser))
        .returning(oauth_state.c.tenant_id, oauth_state.c.connection_id, oauth_state.c.expires_at)
    )
    row = (await work.execute(statement)).one_or_none()
    if row is None or row.expires_at <= work.clock.now():
        return None
    return Subject(row.tenant_id, row.connection_id)


def _digest(step: Step, ticket: str, browser: str) -> str:
    return hashlib.sha256(f"{step.value}:{browser}:{ticket}".encode(errors="surrogatepass")).hexdigest()
