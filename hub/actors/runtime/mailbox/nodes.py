"""The nodes, each with one lease for all that it owns; whose lease has ended, of that one all is anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, delete, func, literal, null, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.actor_row import ByCodePoint
from hub.store.engine import Hot, Work
from hub.store.tables.mailbox import actor, node, seen
from hub.store.types import Instant

STRUCK_OFF = datetime(1970, 1, 1, tzinfo=UTC)
"""The lease of a node that lost it, while something still bears its name: it has ended, and cannot be renewed."""


async def enrol(work: Work, name: str, lease_until: datetime) -> None:
    """Write a node into the list, with a lease; what it owned before it was struck off is anybody's."""
    await inherit(work, [name])
    insert: Any = postgresql.insert if work.dialect == "postgresql" else sqlite.insert
    now = work.clock.now()
    statement = insert(node).values(name=name, started_at=now, seen_at=now, lease_until=lease_until)
    fresh = {"seen_at": now, "lease_until": lease_until}
    await work.execute(statement.on_conflict_do_update(index_elements=["name"], set_=fresh))


async def renew(work: Work, name: str, lease_until: datetime) -> bool:
    """Prolong a node's lease; False where another node has struck it off, and may own what was its own."""
    given = {"who": name, "at": work.clock.now(), "until": lease_until, "struck_off": STRUCK_OFF}
    return bool(await RENEW.changed(work.connection, given))


async def earliest_end(connection: AsyncConnection, name: str) -> datetime | None:
    """Return when the first lease of another node ends."""
    found: datetime | None
    ((found,),) = await EARLIEST_END.run(connection, {"who": name})
    return found


async def reap(work: Work, name: str) -> list[str]:
    """Inherit from the other nodes whose lease has ended, and return their names.

    A claim in progress keeps its node's row for itself; such a node's turn comes later.
    """
    ended = select(node.c.name).where(node.c.lease_until < work.clock.now(), node.c.name != name)
    names = list((await work.connection.execute(ended.with_for_update(skip_locked=True))).scalars())
    if names:
        await inherit(work, names)
    return names


async def inherit(work: Work, names: Sequence[str] | None = None) -> None:
    """Make claimable at once what some nodes own, or all of them, and strike them off.

    Only where those cannot be alive or will find out that their lease has ended. What commits still hold is left until
    the next time; its node is struck off by then.
    """
    of_them = node.c.name.is_not(None) if names is None else node.c.name.in_(names)
    theirs = actor.c.node.is_not(None) if names is None else actor.c.node.in_(names)
    await work.execute(_hand_out(theirs, work.clock.now()))
    left = select(actor.c.address).where(actor.c.node == node.c.name, actor.c.due_at.is_(None)).exists()
    rest = case((left, literal(STRUCK_OFF, Instant)), else_=null())
    await work.execute(update(node).where(of_them).values(lease_until=rest))


def _hand_out(theirs: ColumnElement[bool], now: datetime) -> Any:
    not_yet = or_(actor.c.due_at.is_(None), actor.c.due_at > now)
    keys = (
        select(actor.c.tenant_id, actor.c.address)
        .where(theirs, not_yet)
        .order_by(ByCodePoint(actor.c.tenant_id), ByCodePoint(actor.c.address))
        .with_for_update(skip_locked=True)
        .cte("theirs")
    )
    found = tuple_(actor.c.tenant_id, actor.c.address).in_(select(keys.c.tenant_id, keys.c.address))
    return update(actor).where(found).values(due_at=now)


async def resign(work: Work, name: str) -> None:
    """Take this node off the list, and hand out what it could not give back."""
    await inherit(work, [name])
    await work.execute(delete(node).where(node.c.name == name, node.c.lease_until.is_(None)))


async def prune(work: Work, before: datetime) -> None:
    """Forget identities of inbound events, and nodes without a lease, last seen before an instant (UTC)."""
    await work.execute(delete(seen).where(seen.c.seen_at < before))
    await work.execute(delete(node).where(node.c.seen_at < before, node.c.lease_until.is_(None)))


RENEW = Hot(
    update(node)
    .where(node.c.name == bindparam("who"), node.c.lease_until > bindparam("struck_off"))
    .values(seen_at=bindparam("at"), lease_until=bindparam("until"))
)
EARLIEST_END = Hot(
    select(func.min(node.c.lease_until, type_=Instant)).where(
        node.c.lease_until.is_not(None), node.c.name != bindparam("who")
    )
)
