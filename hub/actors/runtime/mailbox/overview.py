"""How full the mailboxes are, for people and meters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.tables.mailbox import message
from hub.store.types import Instant


@dataclass(frozen=True, slots=True)
class Depth:
    """How many messages wait in one lane, and since when (UTC) the oldest change does."""

    tenant_id: str
    address: str
    lane: str
    waiting: int
    oldest: datetime


async def overview(connection: AsyncConnection, tenant_id: str | None = None) -> list[Depth]:
    """Return the lanes in which mail waits, of one tenant or of all."""
    statement = select(
        message.c.tenant_id,
        message.c.address,
        message.c.lane,
        func.count(),
        func.min(message.c.posted_at, type_=Instant),
    ).group_by(message.c.tenant_id, message.c.address, message.c.lane)
    if tenant_id is not None:
        statement = statement.where(message.c.tenant_id == tenant_id)
    return [Depth(*row) for row in await connection.execute(statement)]
