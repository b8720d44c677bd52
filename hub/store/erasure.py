"""When a buyer's time is over, and how the key is destroyed; amounts, VAT and the country of the order stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.order import OrderStatus
from hub.domain.retention import LONGEST_WAIT
from hub.store.engine import Work
from hub.store.order_state import lock_order
from hub.store.tables import buyer, order_customer, order_key, order_line, orders, parcel
from hub.store.types import Instant
from hub.store.upsert import upsert

BY_POLICY, BY_REQUEST = "policy", "request"


def _ended_before(moment: Any, longest: Any) -> ColumnElement[bool]:
    """Say of each order whether its end lies before a moment, which lies ``LONGEST_WAIT`` after ``longest`` (UTC).

    An order ends with its last parcel; without one when the channel said that it was cancelled or shipped whole; else
    ``LONGEST_WAIT`` after it was placed.
    """
    shipped = (
        select(func.max(parcel.c.shipped_at, type_=Instant()))
        .where(parcel.c.tenant_id == orders.c.tenant_id, parcel.c.order_id == orders.c.order_id)
        .scalar_subquery()
    )
    open_lines = exists().where(
        order_line.c.tenant_id == orders.c.tenant_id,
        order_line.c.order_id == orders.c.order_id,
        order_line.c.quantity > order_line.c.cancelled + order_line.c.shipped,
    )
    closed = or_(orders.c.cancelled, orders.c.status == OrderStatus.CANCELLED.value, ~open_lines)
    return case(
        (shipped.is_not(None), shipped < moment),
        (closed, orders.c.changed_at < moment),
        else_=orders.c.placed_at < longest,
    )


_ENDED = _ended_before(bindparam("moment", type_=Instant()), bindparam("longest", type_=Instant()))
_IS_DUE = select(orders.c.order_id).where(
    orders.c.tenant_id == bindparam("tenant"), orders.c.order_id == bindparam("order"), _ENDED
)
_DUE = (
    select(orders.c.order_id)
    .join(buyer, and_(buyer.c.tenant_id == orders.c.tenant_id, buyer.c.order_id == orders.c.order_id))
    .where(orders.c.tenant_id == bindparam("tenant"), orders.c.channel_id == bindparam("channel"), _ENDED)
    .order_by(orders.c.order_id)
    .limit(bindparam("most"))
)


def _times(kept_since: datetime) -> dict[str, datetime]:
    return {"moment": kept_since, "longest": kept_since - LONGEST_WAIT}


async def is_due(connection: AsyncConnection, tenant_id: str, order_id: str, kept_since: datetime) -> bool:
    """Say whether an order ended before a moment (UTC)."""
    given = {"tenant": tenant_id, "order": order_id, **_times(kept_since)}
    return (await connection.execute(_IS_DUE, given)).first() is not None


async def is_kept(connection: AsyncConnection, tenant_id: str, order_id: str) -> bool:
    """Say whether anything of an order's buyer is kept, or may still come in."""
    erased = and_(
        order_key.c.tenant_id == tenant_id, order_key.c.order_id == order_id, order_key.c.destroyed_by == BY_REQUEST
    )
    return (await connection.execute(select(order_key.c.order_id).where(erased))).first() is None


async def due_orders(
    connection: AsyncConnection, tenant_id: str, channel_id: str, kept_since: datetime, most: int
) -> list[str]:
    """Return orders of a channel whose buyer is still kept although they ended before a moment (UTC)."""
    given = {"tenant": tenant_id, "channel": channel_id, "most": most, **_times(kept_since)}
    return list((await connection.execute(_DUE, given)).scalars())


async def erase_due(work: Work, tenant_id: str, channel_id: str, kept_since: datetime, most: int) -> int:
    """Destroy the keys of at most so many buyers whose time is over and return their number. Repeatable."""
    erased = 0
    for one in await due_orders(work.connection, tenant_id, channel_id, kept_since, most):
        await lock_order(work, tenant_id, one)
        if await is_due(work.connection, tenant_id, one, kept_since):
            await bury(work, tenant_id, one, BY_POLICY, work.clock.now())
            erased += 1
    return erased


async def bury(work: Work, tenant_id: str, order_id: str, by: str, now: datetime) -> None:
    """Destroy an order's key and what it sealed, and note that it is gone; the caller has locked the order.

    The engine overwrites what is deleted in a SQLite file; ``Database.scrub`` does so for its log.
    """
    row = {
        "tenant_id": tenant_id,
        "order_id": order_id,
        "sealed": None,
        "made_at": now,
        "destroyed_at": now,
        "destroyed_by": by,
    }
    await upsert(work.connection, order_key, [row], keep=("made_at",))
    await work.execute(delete(buyer).where(buyer.c.tenant_id == tenant_id, buyer.c.order_id == order_id))
    known = order_customer.c
    nameless = update(order_customer).where(known.tenant_id == tenant_id, known.order_id == order_id)
    await work.execute(nameless.values(identity=None))
