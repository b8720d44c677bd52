"""The nodes, each with one lease for all that it owns; whose lease has ended, of that one all is anybody's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, literal, null, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox.actor_row import ByCodePoint
from hub.store.engine import Hot, Work
from hub.store.tables.mailbox import actor, node, seen
from hub.store.types import Instant

STRUCK_OFF = datetime(1970, 1, 1, tzinfo=UTC)
"""The lease of a node that lost it, while something still bears its name: it has ended, and cannot be renewed."""


@dataclass(frozen=True, slots=True)
class NodeLease:
    """A node's lease as its row tells it, by the clock of that node (UTC)."""

    name: str
    since: datetime
    until: datetime

    @property
    def length(self) -> float:
        """For how many seconds it was given; one that was taken away is over."""
        return (self.until - self.since).total_seconds()


async def enrol(work: Work, name: str, lease: float) -> None:
    """Write a node into the list, with a lease of so many seconds; what it owned before is anybody's."""
    await inherit(work, [name])
    insert: Any = postgresql.insert if work.dialect == "postgresql" else sqlite.insert
    now = work.clock.now()
    fresh = {"seen_at": now, "lease_until": now + timedelta(seconds=lease)}
    statement = insert(node).values(name=name, started_at=now, **fresh)
    await work.execute(statement.on_conflict_do_update(index_elements=["name"], set_=fresh))


async def renew(work: Work, name: str, lease: float) -> bool:
    """Prolong a node's lease to so many seconds; False where it was struck off, and others may own what was its own."""
    now = work.clock.now()
    given = {"who": name, "at": now, "until": now + timedelta(seconds=lease), "struck_off": STRUCK_OFF}
    return bool(await RENEW.changed(work.connection, given))


async def leases_of_others(connection: AsyncConnection, name: str) -> list[NodeLease]:
    """Return the leases of all nodes but one."""
    return [NodeLease(*row) for row in await OTHERS.run(connection, {"who": name})]


async def reap(work: Work, ended: Sequence[NodeLease]) -> list[str]:
    """Inherit from nodes whose leases have ended and were not prolonged since they were seen; return their names.

    A claim in progress keeps its node's row for itself; such a node's turn comes later.
    """
    seen_so = {one.name: one.until for one in ended}
    rows = select(node.c.name, node.c.lease_until).where(node.c.name.in_(list(seen_so))).order_by(node.c.name)
    found = (await work.connection.execute(rows.with_for_update(skip_locked=True))).all()
    if names := [row.name for row in found if row.lease_until == seen_so[row.name]]:
        await inherit(work, names)
    return names


async def inherit(work: Work, names: Sequence[str] | None = None) -> None:
    """Make claimable at once what some nodes own, or all of them, and strike them off.

    Only where those cannot be alive or will find out that their lease has ended. What commits still hold is left until
    the next time; its node is struck off by then. The nodes' rows are locked first, in a statement of its own: a claim
    that is about to commit is seen by those that follow.
    """
    of_them = node.c.name.is_not(None) if names is None else node.c.name.in_(names)
    theirs = actor.c.node.is_not(None) if names is None else actor.c.node.in_(names)
    await work.execute(select(node.c.name).where(of_them).order_by(node.c.name).with_for_update())
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
    """Forget identities of inbound events, and nodes without a lease, last seen before an instant (UTC).

    What is due never and bears the name of no node with a lease, for whatever reason, is handed out.
    """
    leased = select(node.c.name).where(node.c.name == actor.c.node, node.c.lease_until.is_not(None)).exists()
    await work.execute(_hand_out(and_(actor.c.node.is_not(None), actor.c.due_at.is_(None), ~leased), work.clock.now()))
    await work.execute(delete(seen).where(seen.c.seen_at < before))
    await work.execute(delete(node).where(node.c.seen_at < before, node.c.lease_until.is_(None)))


RENEW = Hot(
    update(node)
    .where(node.c.name == bindparam("who"), node.c.lease_until > bindparam("struck_off"))
    .values(seen_at=bindparam("at"), lease_until=bindparam("until"))
)
OTHERS = Hot(
    select(node.c.name, node.c.seen_at, node.c.lease_until).where(
        node.c.lease_until.is_not(None), node.c.name != bindparam("who")
    )
)
