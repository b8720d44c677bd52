"""Who acts: claiming and glancing at actors; letting go is a ``Release`` in the flush."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, literal_column, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.flush import flush_mail
from hub.actors.runtime.mailbox.letters import Key, Release, Status
from hub.actors.runtime.mailbox.nodes import STRUCK_OFF
from hub.actors.runtime.mailbox.posting import LAST, MAIL, NOBODY
from hub.store.engine import ByKeys, Hot, Work
from hub.store.tables.mailbox import actor, node
from hub.store.types import Instant

IN_VIEW = 8
CLAIMABLE = actor.c.status.in_([literal_column(f"'{one.value}'") for one in (Status.ACTIVE, Status.QUARANTINED)])


@dataclass(frozen=True, slots=True)
class Claim:
    """An actor that is ours until our node's lease ends or somebody else's epoch begins."""

    key: Key
    epoch: int
    next_seq: int
    crashes: list[float]
    restarts: int
    quarantines: int


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What an owner sees of its actor's row from afar: whether it works, and whether mail came."""

    key: Key
    epoch: int
    next_seq: int
    status: Status


async def claim(work: Work, name: str, most: int) -> list[Claim]:
    """Make up to ``most`` due actors without an owner this node's: each tenant's longest due in turn.

    A node that is not on the list has no lease that could end, so that it is given nothing.
    """
    given = {"now": work.clock.now(), "view": most * IN_VIEW, "most": most, "who": name}
    return [_claim(row) for row in await work.execute(CLAIM, given)]


async def glance(connection: AsyncConnection, name: str) -> list[Glimpse]:
    """Return what changed or not about every actor this node owns."""
    return [_glimpse(row) for row in await GLANCE.run(connection, {"who": name})]


async def count_owned(connection: AsyncConnection, name: str) -> int:
    """Return how many actors this node owns by the database."""
    found: int
    ((found,),) = await COUNT.run(connection, {"who": name})
    return found


async def look(connection: AsyncConnection, keys: Sequence[Key]) -> list[Glimpse]:
    """Return how certain actors fare."""
    return [_glimpse(row) for row in await LOOK.run(connection, sorted(keys))]


async def earliest_due(connection: AsyncConnection) -> datetime | None:
    """Return when the next actor without an owner is due; None when nothing waits anywhere."""
    found: datetime | None
    ((found,),) = await EARLIEST.run(connection, {})
    return found


async def release(work: Work, claims: Sequence[tuple[Key, int]]) -> None:
    """Let go of actors, each by its key and epoch; anybody may claim them when their mail is due."""
    for key, epoch in claims:
        work.defer(flush_mail, Release(key, epoch), order=LAST)
    work.signal(MAIL, NOBODY)


def _in(found: Any) -> ColumnElement[bool]:
    return tuple_(actor.c.tenant_id, actor.c.address).in_(select(found.c.tenant_id, found.c.address))


def _due() -> Any:
    turns = _in_turns()
    return (
        select(actor.c.tenant_id, actor.c.address)
        .join(turns, and_(actor.c.tenant_id == turns.c.tenant_id, actor.c.address == turns.c.address))
        .where(actor.c.due_at <= bindparam("now"), CLAIMABLE, _enrolled())
        .order_by(turns.c.turn, turns.c.due_at)
        .limit(bindparam("most"))
        .with_for_update(of=actor, skip_locked=True)
        .cte("due")
    )


def _enrolled() -> ColumnElement[bool]:
    """Return the condition that this node is on the list, and is not taken off it before what it claims is its own."""
    here = select(node.c.name).where(node.c.name == bindparam("who"), node.c.lease_until > STRUCK_OFF)
    return exists(select(here.with_for_update(read=True).cte("here").c.name))


def _in_turns() -> Any:
    """Number the due actors of each tenant among those that are due for longest; more are not looked at."""
    oldest = (
        select(actor.c.tenant_id, actor.c.address, actor.c.due_at)
        .where(actor.c.due_at <= bindparam("now"), CLAIMABLE)
        .order_by(actor.c.due_at)
        .limit(bindparam("view"))
        .subquery("oldest")
    )
    turn = func.row_number().over(partition_by=oldest.c.tenant_id, order_by=oldest.c.due_at)
    return select(oldest, turn.label("turn")).subquery("turns")


def _claim_columns() -> list[Any]:
    columns = (actor.c.epoch, actor.c.next_seq, actor.c.crashes, actor.c.restarts, actor.c.quarantines)
    return [actor.c.tenant_id, actor.c.address, *columns]


def _claim(row: Any) -> Claim:
    tenant, address, epoch, next_seq, crashes, restarts, quarantines = row
    return Claim((tenant, address), epoch, next_seq, crashes or [], restarts, quarantines)


def _glimpse_columns() -> list[Any]:
    return [actor.c.tenant_id, actor.c.address, actor.c.epoch, actor.c.next_seq, actor.c.status]


EARLIEST = Hot(select(func.min(actor.c.due_at, type_=Instant)).where(actor.c.due_at.is_not(None), CLAIMABLE))
GLANCE = Hot(select(*_glimpse_columns()).where(actor.c.node == bindparam("who")))
COUNT = Hot(select(func.count()).select_from(actor).where(actor.c.node == bindparam("who")))
LOOK = ByKeys(
    lambda keys: select(*_glimpse_columns()).where(tuple_(actor.c.tenant_id, actor.c.address).in_(keys)),
    sample=("", ""),
)


CLAIM = (
    update(actor)
    .where(_in(_due()))
    .values(
        node=bindparam("who"),
        epoch=actor.c.epoch + 1,
        status=Status.ACTIVE.value,
        quarantine_until=None,
        due_at=None,
    )
    .returning(*_claim_columns())
)


def _glimpse(row: Any) -> Glimpse:
    tenant, address, epoch, next_seq, status = row
    return Glimpse((tenant, address), epoch, next_seq, Status(status))
