"""What the store says of the hub as a whole, for its gauges: few statements, of few rows each.

Ids stand on the worst ``MOST`` of a kind only, so that a hub of many tenants does not drown its metrics.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Table, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.runtime.mailbox import Status
from hub.adapters.port import LANE
from hub.domain.channel import ChannelStatus
from hub.domain.forecast import empty_at
from hub.domain.order import FulfilledBy, OrderStatus
from hub.metrics import Attribute, Metric
from hub.store.connections import ConnectionStatus
from hub.store.tables import (
    actor,
    budget,
    channel,
    erp_connection,
    message,
    order_line,
    orders,
    parked,
    stock_difference,
    tenant,
)
from hub.store.types import Instant
from hub.store.views.drift import LASTING

MOST = 500
AT_RISK = timedelta(hours=4)
"""How long before the platform's deadline an order that has not left counts as at risk."""
LOOK_BACK = timedelta(days=30)
"""Orders placed earlier are no longer about their deadline."""
BUDGETS = (Metric.BUDGET, Metric.BUDGET_ALLOWED, Metric.BUDGET_RESET, Metric.BUDGET_EMPTY)
KINDS = ("channel", "erp", "privacy")

Readings: TypeAlias = list[tuple[float, Mapping[str, str]]]
Found: TypeAlias = dict[Metric, Readings]
Look: TypeAlias = Callable[[AsyncConnection, datetime], Awaitable[Found]]


async def lanes(connection: AsyncConnection, now: datetime) -> Found:
    """Read how much waits in the lanes, since when, and how long of that an active actor could have done it."""
    kind = case(*((message.c.address.like(f"{one}/%"), one) for one in KINDS), else_="other").label("kind")
    doable = (message.c.due_at <= now) & (actor.c.status == Status.ACTIVE.value)
    statement = select(
        kind,
        message.c.lane,
        func.count().label("waiting"),
        func.min(message.c.posted_at, type_=Instant).label("oldest"),
        func.min(case((doable, message.c.due_at)), type_=Instant).label("due"),
    ).select_from(message.outerjoin(actor, _same(message, actor, "address")))
    depth: Readings = []
    age: Readings = []
    overdue: Readings = []
    for row in await connection.execute(statement.group_by(kind, message.c.lane)):
        labels = {Attribute.ACTOR_KIND.value: row.kind, Attribute.LANE.value: row.lane}
        depth.append((row.waiting, labels))
        age.append((_since(row.oldest, now), labels))
        overdue.append((0.0 if row.due is None else _since(row.due, now), labels))
    return {Metric.LANE_DEPTH: depth, Metric.LANE_AGE: age, Metric.LANE_OVERDUE: overdue}


async def stopped_actors(connection: AsyncConnection, now: datetime) -> Found:
    """Count the actors that do not work."""
    statement = select(actor.c.status, func.count()).where(actor.c.status != Status.ACTIVE.value)
    rows = await connection.execute(statement.group_by(actor.c.status))
    counted: dict[str, float] = {row[0]: row[1] for row in rows}
    return {
        Metric.QUARANTINED: [(counted.get(Status.QUARANTINED.value, 0), {})],
        Metric.SUSPENDED: [(counted.get(Status.SUSPENDED.value, 0), {})],
    }


async def budgets(connection: AsyncConnection, now: datetime) -> Found:
    """Read the budgets as platforms last told them; a window that has ended since tells nothing any more."""
    running = budget.c.resets_at.is_(None) | (budget.c.resets_at > now)
    whole = budget.c.remaining.is_not(None) & budget.c.name.not_like(f"{LANE}%")
    statement = select(budget).where(whole, running).order_by(budget.c.remaining).limit(MOST)
    found: defaultdict[Metric, Readings] = defaultdict(list)
    for row in await connection.execute(statement):
        labels = {Attribute.TENANT.value: row.tenant_id, Attribute.ADDRESS.value: row.owner,
                  Attribute.BUDGET.value: row.name}  # fmt: skip
        found[Metric.BUDGET].append((row.remaining, labels))
        if row.allowed is not None:
            found[Metric.BUDGET_ALLOWED].append((row.allowed, labels))
        if row.resets_at is not None:
            found[Metric.BUDGET_RESET].append(((row.resets_at - now).total_seconds(), labels))
        empty = empty_at(row.remaining, row.per_hour, row.seen_at, row.resets_at)
        if empty is not None:
            found[Metric.BUDGET_EMPTY].append((max(0.0, (empty - now).total_seconds()), labels))
    return {metric: found[metric] for metric in BUDGETS}


async def open_orders(connection: AsyncConnection, now: datetime) -> Found:
    """Count the orders that wait for a person or for the ERP, and see how old the oldest is."""
    pending = (OrderStatus.HELD, OrderStatus.READY, OrderStatus.SENDING)
    oldest = func.min(orders.c.imported_at, type_=Instant).label("oldest")
    statement = (
        select(orders.c.tenant_id, orders.c.status, func.count().label("number"), oldest)
        .select_from(tenant.join(orders, tenant.c.tenant_id == orders.c.tenant_id))
        .where(orders.c.status.in_([one.value for one in pending]))
        .group_by(orders.c.tenant_id, orders.c.status)
        .order_by(oldest)
        .limit(MOST)
    )
    rows = (await connection.execute(statement)).all()
    labels = [{Attribute.TENANT.value: row.tenant_id, Attribute.STATUS.value: row.status} for row in rows]
    return _counted(Metric.ORDERS_OPEN, Metric.ORDERS_AGE, rows, labels, now)


async def orders_at_risk(connection: AsyncConnection, now: datetime) -> Found:
    """Count the seller's orders whose parcels must leave soon and have not."""
    statement = (
        select(orders.c.tenant_id, orders.c.channel_id, func.count(orders.c.order_id.distinct()).label("number"))
        .select_from(
            tenant.join(orders, tenant.c.tenant_id == orders.c.tenant_id).join(
                order_line, _same(orders, order_line, "order_id")
            )
        )
        .where(
            orders.c.placed_at >= now - LOOK_BACK,
            orders.c.ship_by < now + AT_RISK,
            orders.c.cancelled.is_(False),
            orders.c.status != OrderStatus.CANCELLED.value,
            orders.c.fulfilled_by == FulfilledBy.SELLER.value,
            order_line.c.quantity > order_line.c.cancelled + order_line.c.shipped,
        )
        .group_by(orders.c.tenant_id, orders.c.channel_id)
        .order_by(func.count().desc())
        .limit(MOST)
    )
    return {Metric.ORDERS_AT_RISK: [
        (row.number, {Attribute.TENANT.value: row.tenant_id, Attribute.CHANNEL.value: row.channel_id})
        for row in await connection.execute(statement)
    ]}  # fmt: skip


async def drift(connection: AsyncConnection, now: datetime) -> Found:
    """Count the differences between channels and the ERP that last, and see how old the oldest is."""
    one = stock_difference.c
    statement = (
        select(
            one.tenant_id,
            one.channel_id,
            func.count().label("number"),
            func.min(one.since, type_=Instant).label("oldest"),
        )
        .where(one.state.in_([state.value for state in LASTING]))
        .group_by(one.tenant_id, one.channel_id)
        .order_by(func.count().desc())
        .limit(MOST)
    )
    rows = (await connection.execute(statement)).all()
    labels = [{Attribute.TENANT.value: row.tenant_id, Attribute.CHANNEL.value: row.channel_id} for row in rows]
    return _counted(Metric.DRIFT_OPEN, Metric.DRIFT_AGE, rows, labels, now)


async def for_people(connection: AsyncConnection, now: datetime) -> Found:
    """Count what only a person can put right: lost grants, paused channels, parked messages."""
    lost = select(erp_connection.c.tenant_id, func.count()).where(
        erp_connection.c.status == ConnectionStatus.LOST.value
    )
    waiting = select(parked.c.tenant_id, func.count()).where(parked.c.resolved_at.is_(None))
    paused = select(channel.c.tenant_id, channel.c.channel_id).where(channel.c.status == ChannelStatus.PAUSED.value)
    return {
        Metric.GRANTS_LOST: await _by_tenant(connection, lost.group_by(erp_connection.c.tenant_id)),
        Metric.FOR_PERSON: await _by_tenant(connection, waiting.group_by(parked.c.tenant_id)),
        Metric.CHANNELS_PAUSED: [
            (1.0, {Attribute.TENANT.value: row.tenant_id, Attribute.CHANNEL.value: row.channel_id})
            for row in await connection.execute(paused.limit(MOST))
        ],
    }


LOOKS: tuple[Look, ...] = (lanes, stopped_actors, budgets, open_orders, orders_at_risk, drift, for_people)


def _counted(
    number: Metric, age: Metric, rows: Sequence[Any], labels: Sequence[Mapping[str, str]], now: datetime
) -> Found:
    """Return how many there are in each group and how old its oldest is."""
    return {
        number: [(row.number, own) for row, own in zip(rows, labels, strict=True)],
        age: [(_since(row.oldest, now), own) for row, own in zip(rows, labels, strict=True)],
    }


async def _by_tenant(connection: AsyncConnection, statement: Any) -> Readings:
    rows = await connection.execute(statement.order_by(func.count().desc()).limit(MOST))
    return [(float(number), {Attribute.TENANT.value: tenant_id}) for tenant_id, number in rows]


def _same(left: Table, right: Table, key: str) -> ColumnElement[bool]:
    return (left.c.tenant_id == right.c.tenant_id) & (left.c[key] == right.c[key])


def _since(then: datetime, now: datetime) -> float:
    return max(0.0, (now - then).total_seconds())
