"""Who acts: claiming, renewing and glancing at actors; letting go is a ``Release`` in the flush."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, literal_column, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.flush import flush_mail
from hub.actors.runtime.mailbox.letters import Key, Release, Status
from hub.actors.runtime.mailbox.posting import LAST, MAIL, NOBODY
from hub.store.engine import ByKeys, Hot, Work
from hub.store.tables.mailbox import actor, node, seen
from hub.store.types import Instant

IN_VIEW = 8
CLAIMABLE = actor.c.status.in_([literal_column(f"'{one.value}'") for one in (Status.ACTIVE, Status.QUARANTINED)])


@dataclass(frozen=True, slots=True)
class Claim:
    """An actor that is ours until the lease ends or somebody else's epoch begins."""

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


async def claim(work: Work, name: str, most: int, lease_until: datetime) -> list[Claim]:
    """Make up to ``most`` due actors without an owner this node's: each tenant's longest due in turn."""
    given = {"now": work.clock.now(), "view": most * IN_VIEW, "most": most, "who": name, "until": lease_until}
    return [_claim(row) for row in await work.execute(CLAIM, given)]


async def renew(work: Work, name: str, keys: Sequence[Key], lease_until: datetime) -> list[Glimpse]:
    """Prolong the leases of some actors this node owns; a row locked by a commit is left for the next time."""
    rows = await PROLONG.run(work.connection, keys, who=name, until=lease_until, due=lease_until)
    return [_glimpse(row) for row in rows]


async def be_seen(work: Work, name: str) -> None:
    """Note on the list of nodes that this one is alive."""
    await SEEN.changed(work.connection, {"who": name, "at": work.clock.now()})


async def glance(connection: AsyncConnection, name: str) -> list[Glimpse]:
    """Return what changed or not about every actor this node owns."""
    return [_glimpse(row) for row in await GLANCE.run(connection, {"who": name})]


async def look(connection: AsyncConnection, keys: Sequence[Key]) -> list[Glimpse]:
    """Return how certain actors fare."""
    return [_glimpse(row) for row in await LOOK.run(connection, sorted(keys))]


async def earliest_due(connection: AsyncConnection) -> datetime | None:
    """Return when the next actor without an owner is due; None when nothing waits anywhere."""
    found: datetime | None
    ((found,),) = await EARLIEST.run(connection, {})
    return found


def release(work: Work, claims: Sequence[tuple[Key, int]]) -> None:
    """Let go of actors, each by its key and epoch; anybody may claim them when their mail is due."""
    for key, epoch in claims:
        work.defer(flush_mail, Release(key, epoch), order=LAST)
    work.signal(MAIL, NOBODY)


async def enrol(work: Work, name: str) -> None:
    """Write this node into the list of nodes."""
    insert: Any = postgresql.insert if work.dialect == "postgresql" else sqlite.insert
    now = work.clock.now()
    statement = insert(node).values(name=name, started_at=now, seen_at=now)
    await work.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"seen_at": now}))


async def inherit(work: Work, former: str | None = None) -> None:
    """Make claimable at once what a former process owned, or all of them; only where those cannot be alive."""
    theirs = actor.c.node.is_not(None) if former is None else actor.c.node == former
    await work.execute(update(actor).where(theirs).values(due_at=work.clock.now()))


async def resign(work: Work, name: str) -> None:
    """Strike this node off the list."""
    await work.execute(delete(node).where(node.c.name == name))


async def prune(work: Work, before: datetime) -> None:
    """Forget identities of inbound events, and nodes, last seen before an instant (UTC)."""
    await work.execute(delete(seen).where(seen.c.seen_at < before))
    await work.execute(delete(node).where(node.c.seen_at < before))


def _in(found: Any) -> ColumnElement[bool]:
    return tuple_(actor.c.tenant_id, actor.c.address).in_(select(found.c.tenant_id, found.c.address))


def _due() -> Any:
    turns = _in_turns()
    return (
        select(actor.c.tenant_id, actor.c.address)
        .join(turns, and_(actor.c.tenant_id == turns.c.tenant_id, actor.c.address == turns.c.address))
        .where(actor.c.due_at <= bindparam("now"), CLAIMABLE)
        .order_by(turns.c.turn, turns.c.due_at)
        .limit(bindparam("most"))
        .with_for_update(of=actor, skip_locked=True)
        .cte("due")
    )


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


def _mine(keys: Any) -> Any:
    theirs = select(actor.c.tenant_id, actor.c.address).where(
        actor.c.node == bindparam("who", required=False), tuple_(actor.c.tenant_id, actor.c.address).in_(keys)
    )
    return theirs.with_for_update(skip_locked=True).cte("mine")


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
SEEN = Hot(update(node).where(node.c.name == bindparam("who")).values(seen_at=bindparam("at")))
PROLONG = ByKeys(
    lambda keys: (
        update(actor)
        .where(_in(_mine(keys)))
        .values(lease_until=bindparam("until", required=False), due_at=bindparam("due", required=False))
        .returning(*_glimpse_columns())
    ),
    sample=("", ""),
)
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
        lease_until=bindparam("until"),
        due_at=bindparam("until"),
    )
    .returning(*_claim_columns())
)


def _glimpse(row: Any) -> Glimpse:
    tenant, address, epoch, next_seq, status = row
    return Glimpse((tenant, address), epoch, next_seq, Status(status))
