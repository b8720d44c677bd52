"""Short statements on an order's state: lock it, compare it, begin and take back an attempt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.certificate import Certificate
from hub.domain.editing import Sold
from hub.domain.life.order_states import ORDER, OrderEvent
from hub.domain.order import OrderStatus
from hub.store.certificates import certificate_to_json
from hub.store.engine import Work
from hub.store.sold import sold_to_json
from hub.store.tables import order_line, orders

_LOCKED = (
    select(orders.c.status)
    .where(orders.c.tenant_id == bindparam("its_tenant"), orders.c.order_id == bindparam("its_id"))
    .with_for_update()
)
_OURS = (orders.c.status == OrderStatus.SENDING.value) & (orders.c.division == bindparam("from_division"))
_BEGUN = (
    update(orders)
    .where(
        orders.c.tenant_id == bindparam("its_tenant"),
        orders.c.order_id == bindparam("its_id"),
        (orders.c.status == OrderStatus.READY.value) | _OURS,
        orders.c.cancelled.is_(False),
    )
    .returning(orders.c.order_id)
)


async def lock_order(work: Work, tenant_id: str, one: str) -> OrderStatus | None:
    """Lock an order until the work commits and return its state; None where there is none yet."""
    status = (await work.execute(_LOCKED, {"its_tenant": tenant_id, "its_id": one})).scalar_one_or_none()
    return None if status is None else OrderStatus(status)


async def lock_orders(work: Work, tenant_id: str, order_ids: Collection[str]) -> None:
    """Lock some orders until the work commits."""
    one = orders.c
    statement = select(one.order_id).where(one.tenant_id == tenant_id, one.order_id.in_(order_ids))
    await work.execute(statement.order_by(one.order_id).with_for_update())


_CHANGED = select(orders.c.external_id, orders.c.changed_at).where(
    orders.c.tenant_id == bindparam("tenant"),
    orders.c.channel_id == bindparam("channel"),
    orders.c.external_id.in_(bindparam("ids", expanding=True)),
)


async def known_changes(
    connection: AsyncConnection, tenant_id: str, channel_id: str, external_ids: Iterable[str]
) -> dict[str, datetime]:
    """Return when each of these orders changed on the channel, as far as stored (UTC)."""
    given = {"tenant": tenant_id, "channel": channel_id, "ids": list(external_ids)}
    return {row.external_id: row.changed_at for row in (await connection.execute(_CHANGED, given)).all()}


async def begin_attempt(
    work: Work,
    tenant_id: str,
    one: str,
    *,
    division: int,
    your_ref: str,
    fingerprint: str,
    now: datetime,
    certificate: Certificate | None = None,
    sold: Sold | None = None,
) -> bool:
    """Write down that posting the order is about to begin; False where it is no longer to be forwarded from here.

    An attempt of another division stays that division's: only there can its outcome be looked up.
    """
    values = {
        "its_tenant": tenant_id,
        "its_id": one,
        "from_division": division,
        "status": ORDER.after(OrderStatus.READY, OrderEvent.BEGIN).value,
        "division": division,
        "your_ref": your_ref,
        "fingerprint": fingerprint,
        "attempt_at": now,
        "derivation": None if certificate is None else certificate_to_json(certificate),
        "distance_sale": None if certificate is None else certificate.distance_sale,
        "sold": None if sold is None else sold_to_json(sold),
    }
    return (await work.execute(_BEGUN, values)).scalar_one_or_none() is not None


async def sending_orders(connection: AsyncConnection, tenant_id: str, division: int) -> list[str]:
    """Return the ids of orders that may stand in a division of Exact without the hub knowing it yet."""
    statement = select(orders.c.order_id).where(
        orders.c.tenant_id == tenant_id,
        orders.c.division == division,
        orders.c.status == OrderStatus.SENDING.value,
    )
    return list((await connection.execute(statement)).scalars())


async def take_back_attempt(work: Work, tenant_id: str, one: str, your_ref: str | None) -> None:
    """Write down that nothing was sent after all; ``your_ref`` is what the order had before the attempt."""
    status = ORDER.after(OrderStatus.SENDING, OrderEvent.NOT_SENT).value
    await _while_sending(work, tenant_id, one, status=status, attempt_at=None, your_ref=your_ref)


async def _while_sending(work: Work, tenant_id: str, one: str, **values: Any) -> None:
    sending = orders.c.status == OrderStatus.SENDING.value
    await work.execute(
        update(orders).where(orders.c.tenant_id == tenant_id, orders.c.order_id == one, sending).values(**values)
    )


async def orders_awaiting(
    connection: AsyncConnection, tenant_id: str, channel_id: str, statuses: Sequence[str]
) -> list[str]:
    """Return the ids of a channel's orders in one of these states, oldest first."""
    statement = select(orders.c.order_id).where(
        orders.c.tenant_id == tenant_id, orders.c.channel_id == channel_id, orders.c.status.in_(statuses)
    )
    return list((await connection.execute(statement.order_by(orders.c.placed_at))).scalars())


async def undelivered_orders(
    connection: AsyncConnection, tenant_id: str, channel_id: str, placed_since: datetime
) -> list[tuple[str, int]]:
    """Return the orders placed since (UTC) that stand in Exact and of which the channel waits for units, oldest first.

    Each with its division.
    """
    line = order_line.c
    awaited = exists().where(
        line.tenant_id == orders.c.tenant_id,
        line.order_id == orders.c.order_id,
        line.quantity - line.cancelled > line.shipped,
    )
    statement = (
        select(orders.c.order_id, orders.c.division)
        .where(orders.c.tenant_id == tenant_id, orders.c.channel_id == channel_id)
        .where(orders.c.status == OrderStatus.FORWARDED.value, orders.c.placed_at >= placed_since)
        .where(orders.c.division.is_not(None), awaited)
        .order_by(orders.c.placed_at)
    )
    return [(row.order_id, row.division) for row in (await connection.execute(statement)).all()]
