"""The dead-letter office: what nobody could handle waits for a person."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update

from hub.actors.runtime.mailbox.flush import flush_mail
from hub.actors.runtime.mailbox.letters import Post
from hub.actors.runtime.mailbox.posting import LAST, MAIL
from hub.actors.runtime.mailbox.reading import Mail
from hub.store.engine import Work
from hub.store.tables.mailbox import parked
from hub.store.types import json_text


def parked_row(mail: Mail, attempts: int, crashes: int, code: str, error: str, now: datetime) -> dict[str, Any]:
    """Return the row that keeps a message with the reason why it could not be handled."""
    return {
        "tenant_id": mail.key[0],
        "parked_id": uuid4().hex,
        "address": mail.key[1],
        "lane": mail.lane,
        "seq": mail.seq,
        "kind": mail.kind,
        "version": mail.version,
        "body": mail.body,
        "fold": mail.fold,
        "revision": mail.revision,
        "attempts": attempts,
        "crashes": crashes,
        "posted_at": mail.posted_at,
        "traceparent": mail.traceparent,
        "code": code[:64],
        "error": error,
        "parked_at": now,
    }


async def retry_parked(work: Work, tenant_id: str, parked_id: str) -> bool:
    """Put a parked message back at the end of its lane; False when there is none that still waits for a person.

    It folds into a newer message of its key, which then counts: the newest value is never replaced by an old one.
    """
    row = await _resolve(work, tenant_id, parked_id, "retried")
    if row is None:
        return False
    now = work.clock.now()
    letter = Post(
        key=(row.tenant_id, row.address),
        lane=row.lane,
        kind=row.kind,
        version=row.version,
        body=json_text(row.body),
        fold=row.fold,
        due_at=now,
        posted_at=now,
        traceparent=row.traceparent,
        stale=True,
    )
    work.defer(flush_mail, letter, order=LAST)
    work.signal(MAIL, (letter.key, letter.lane))
    return True


async def discard_parked(work: Work, tenant_id: str, parked_id: str) -> bool:
    """Mark a parked message as needing nothing more; False when there is none that still waits for a person."""
    return await _resolve(work, tenant_id, parked_id, "discarded") is not None


async def _resolve(work: Work, tenant_id: str, parked_id: str, resolution: str) -> Any:
    waiting = (parked.c.tenant_id == tenant_id, parked.c.parked_id == parked_id, parked.c.resolved_at.is_(None))
    row = (await work.execute(select(parked).where(*waiting).with_for_update())).one_or_none()
    if row is not None:
        await work.execute(update(parked).where(*waiting).values(resolved_at=work.clock.now(), resolution=resolution))
    return row
