"""What waits in an actor's lanes already: for those who must not take it for lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.address import Address
from hub.actors.runtime.message import Message, fold_of, kind_of, unpack
from hub.store.tables.mailbox import message


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in its mailbox, and since when (UTC) the oldest change that it is about waits."""

    body: Message
    posted_at: datetime


async def waits(connection: AsyncConnection, address: Address, like: Iterable[Message]) -> dict[str, Waiting]:
    """Return by fold key what waits that would fold with one of these messages, all of one kind."""
    folds = {fold_of(kind_of(one), one): kind_of(one) for one in like}
    if not folds:
        return {}
    lane = next(iter(folds.values())).lane
    own = (*_of(address), message.c.lane == lane, message.c.fold.in_([*folds]))
    rows = (await connection.execute(select(message).where(*own))).all()
    return {row.fold: Waiting(unpack(row.kind, row.version, row.body), row.posted_at) for row in rows}


async def waits_since(connection: AsyncConnection, address: Address, kind: str, until: datetime) -> bool:
    """Say whether a message of the kind of this name waits that was posted by then (UTC)."""
    own = (*_of(address), message.c.kind == kind, message.c.posted_at <= until)
    return (await connection.execute(select(message.c.seq).where(*own).limit(1))).first() is not None


async def due_in(
    connection: AsyncConnection, address: Address, lanes: Sequence[str], now: datetime, kind: str | None = None
) -> bool:
    """Say whether mail is due by now (UTC) in one of these lanes, of the kind of a name or any."""
    own = [*_of(address), message.c.lane.in_(lanes), message.c.due_at <= now]
    if kind is not None:
        own.append(message.c.kind == kind)
    return (await connection.execute(select(message.c.seq).where(*own).limit(1))).first() is not None


def _of(address: Address) -> tuple[ColumnElement[bool], ...]:
    return message.c.tenant_id == address.tenant, message.c.address == str(address)
