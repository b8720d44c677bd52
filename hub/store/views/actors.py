"""Actors, their lanes and their parked messages as the API shows them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.tables import actor, lane, message, node, parked
from hub.store.types import Instant
from hub.store.views.page import Order

BY_ADDRESS = Order((actor.c.address,), (str,))
NEWEST_PARKED_FIRST = Order((parked.c.parked_at, parked.c.parked_id), (datetime, str), descending=True)


@dataclass(frozen=True, slots=True)
class LaneView:
    """One lane of a mailbox: how many messages wait, since when the oldest does, and until when the lane itself."""

    name: str
    depth: int
    oldest: datetime | None
    wait_until: datetime | None
    attempts: int


def list_actors(tenant_id: str, kind: str | None) -> Select[Any]:
    """Select the tenant's actors, of one kind (``channel``, ``privacy``, ``erp``) or all."""
    statement = select(actor).where(actor.c.tenant_id == tenant_id)
    return statement if kind is None else statement.where(actor.c.address.startswith(f"{kind}/", autoescape=True))


def list_parked(tenant_id: str, resolved: bool) -> Select[Any]:
    """Select the tenant's parked messages: those that still wait for a person, or those already resolved."""
    done = parked.c.resolved_at.is_not(None) if resolved else parked.c.resolved_at.is_(None)
    return select(parked).where(parked.c.tenant_id == tenant_id, done)


async def leases_of(
    connection: AsyncConnection, tenant_id: str, addresses: Collection[str]
) -> Mapping[str, datetime | None]:
    """Return until when the nodes that own actors have their lease, by the actors' addresses."""
    columns = select(actor.c.address, node.c.lease_until).join(node, node.c.name == actor.c.node)
    leased = node.c.lease_until >= node.c.seen_at
    statement = columns.where(actor.c.tenant_id == tenant_id, actor.c.address.in_(addresses), leased)
    return {row[0]: row[1] for row in (await connection.execute(statement)).all()}


async def lanes_of(
    connection: AsyncConnection, tenant_id: str, addresses: Collection[str]
) -> Mapping[str, list[LaneView]]:
    """Return the lanes that hold mail or wait, by address, each list by name."""
    waiting = await _waiting(connection, tenant_id, addresses)
    held = await _held(connection, tenant_id, addresses)
    found: dict[str, list[LaneView]] = {}
    for address, name in sorted(waiting.keys() | held.keys()):
        depth, oldest = waiting.get((address, name), (0, None))
        wait_until, attempts = held.get((address, name), (None, 0))
        found.setdefault(address, []).append(LaneView(name, depth, oldest, wait_until, attempts))
    return found


async def _waiting(
    connection: AsyncConnection, tenant_id: str, addresses: Collection[str]
) -> Mapping[tuple[str, str], tuple[int, datetime]]:
    oldest = func.min(message.c.posted_at, type_=Instant())
    statement = (
        select(message.c.address, message.c.lane, func.count(), oldest)
        .where(message.c.tenant_id == tenant_id, message.c.address.in_(addresses))
        .group_by(message.c.address, message.c.lane)
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in (await connection.execute(statement)).all()}


async def _held(
    connection: AsyncConnection, tenant_id: str, addresses: Collection[str]
) -> Mapping[tuple[str, str], tuple[datetime | None, int]]:
    columns = select(lane.c.address, lane.c.lane, lane.c.wait_until, lane.c.attempts)
    statement = columns.where(lane.c.tenant_id == tenant_id, lane.c.address.in_(addresses))
    return {(row[0], row[1]): (row[2], row[3]) for row in (await connection.execute(statement)).all()}
