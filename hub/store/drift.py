"""Statements about differences between what a channel shows and what Exact says: one per listing, the last one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.drift import DriftCause, DriftState
from hub.domain.money import Money, priced
from hub.store.engine import Work
from hub.store.listings import seen_before
from hub.store.tables import channel, listing, order_line, orders, stock_difference
from hub.store.upsert import upsert

LONGEST_UNKNOWN = timedelta(days=7)
"""How long before a look an order may have been placed that explains it."""
NOT_HEALED = (DriftState.OPEN.value, DriftState.HEALING.value, DriftState.ASIDE.value)


@dataclass(frozen=True, slots=True)
class StoredDifference:
    """A listing that showed something else than Exact said; quantities in offers, times in UTC.

    ``settled`` says that the cause will stay, ``asked`` that a person wants it healed. ``units`` above zero could be
    oversold, below zero cannot be sold; ``amount`` is what they are worth, at ``price``.
    """

    listing_id: str
    channel_id: str
    cause: DriftCause
    state: DriftState
    settled: bool
    says: int | None
    believed: int | None
    shown: int | None
    units: int
    since: datetime
    found_at: datetime
    looked_at: datetime
    price: Money | None = None
    amount: Money | None = None
    asked: bool = False
    healed_at: datetime | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A difference whose cause waits for a look at orders, with what tells of the listing in them."""

    difference: StoredDifference
    external_id: str
    sku: str | None
    title: str


async def differences_of(
    connection: AsyncConnection, tenant_id: str, listing_ids: Collection[str]
) -> dict[str, StoredDifference]:
    """Return the last difference of each listing that ever had one."""
    table = stock_difference
    statement = select(table).where(table.c.tenant_id == tenant_id, table.c.listing_id.in_(list(listing_ids)))
    return {row.listing_id: _stored(row) for row in (await connection.execute(statement)).all()}


async def save_differences(work: Work, tenant_id: str, differences: Sequence[StoredDifference]) -> None:
    """Store differences as they are now; each replaces what was known of its listing."""
    rows = [_row(tenant_id, one) for one in differences]
    await upsert(work.connection, stock_difference, rows)


async def settle_difference(work: Work, tenant_id: str, listing_id: str, cause: DriftCause) -> None:
    """Store the cause that a look at orders left."""
    await work.execute(_one(tenant_id, listing_id).values(cause=cause.value, settled=True))


async def begin_healing(work: Work, tenant_id: str, listing_id: str) -> bool:
    """Note that what is right was asked for, once more; say whether it still has to be: a write may have ended it."""
    healing = {"state": DriftState.HEALING.value, "asked": False, "tries": stock_difference.c.tries + 1}
    one = _one(tenant_id, listing_id).where(stock_difference.c.state.in_(NOT_HEALED))
    return bool((await work.execute(one.values(healing))).rowcount)


async def ask_healing(work: Work, tenant_id: str, listing_id: str) -> None:
    """Note that a person wants it healed, whatever the policy says."""
    await work.execute(_one(tenant_id, listing_id).values(state=DriftState.OPEN.value, asked=True, tries=0))


async def set_aside(work: Work, tenant_id: str, listing_id: str) -> None:
    """Note that a person does not mind this difference, as long as its numbers stay."""
    await work.execute(_one(tenant_id, listing_id).values(state=DriftState.ASIDE.value, asked=False))


async def close_differences(
    work: Work, tenant_id: str, listing_ids: Iterable[str], at: datetime
) -> list[StoredDifference]:
    """Note that listings show what is right (since ``at``, UTC), and return the differences that this ends."""
    table = stock_difference
    here = (table.c.tenant_id == tenant_id, table.c.listing_id.in_(list(listing_ids)), table.c.state.in_(NOT_HEALED))
    healed = update(table).where(*here).values(state=DriftState.HEALED.value, healed_at=at, asked=False)
    return [_stored(row) for row in (await work.execute(healed.returning(table))).all()]


async def unsettled(connection: AsyncConnection, tenant_id: str, channel_id: str) -> list[Unsettled]:
    """Return what waits to be decided or healed on a channel, the oldest first."""
    table = stock_difference
    same = (listing.c.tenant_id == table.c.tenant_id) & (listing.c.listing_id == table.c.listing_id)
    waits = or_(table.c.settled.is_(False), table.c.asked.is_(True))
    statement = (
        select(table, listing.c.external_id, listing.c.sku, listing.c.title)
        .join(listing, same)
        .where(table.c.tenant_id == tenant_id, table.c.channel_id == channel_id, waits)
        .order_by(table.c.found_at)
    )
    rows = (await connection.execute(statement)).all()
    return [Unsettled(_stored(row), row.external_id, row.sku, row.title) for row in rows]


async def orders_swept_at(connection: AsyncConnection, tenant_id: str, channel_id: str) -> datetime | None:
    """Return when a channel's orders were swept last (UTC)."""
    statement = select(channel.c.orders_swept_at).where(
        channel.c.tenant_id == tenant_id, channel.c.channel_id == channel_id
    )
    found: datetime | None = (await connection.execute(statement)).scalar_one_or_none()
    return found


async def sold_since(
    connection: AsyncConnection, tenant_id: str, channel_id: str, since: datetime
) -> Mapping[tuple[str, str], Sequence[tuple[datetime, int]]]:
    """Return when lines of orders came in since (UTC), and their offers, oldest order first, by what names the listing.

    That is ("listing", the channel's own id) where the order tells it, and ("sku", the SKU).
    """
    same = (orders.c.tenant_id == order_line.c.tenant_id) & (orders.c.order_id == order_line.c.order_id)
    statement = (
        select(order_line.c.external_listing_id, order_line.c.sku, order_line.c.quantity, orders.c.imported_at)
        .select_from(orders.join(order_line, same))
        .where(orders.c.tenant_id == tenant_id, orders.c.channel_id == channel_id, orders.c.imported_at >= since)
        .where(orders.c.placed_at >= since - LONGEST_UNKNOWN)
        .order_by(orders.c.placed_at)
    )
    found: dict[tuple[str, str], list[tuple[datetime, int]]] = {}
    for row in (await connection.execute(statement)).all():
        name = ("listing", row.external_listing_id) if row.external_listing_id else ("sku", row.sku or "")
        found.setdefault(name, []).append((row.imported_at, row.quantity))
    return found


async def lowered_by(
    connection: AsyncConnection, tenant_id: str, channel_id: str, one: str, placed_at: datetime
) -> dict[str, int]:
    """Return the offers that an order took off each listing's number, where that was published before it was placed.

    ``placed_at`` is UTC. What is left of the number must be known, and the listing be the hub's to publish.
    """
    named = or_(
        order_line.c.external_listing_id == listing.c.external_id,
        order_line.c.external_listing_id.is_(None) & (order_line.c.sku == listing.c.sku),
    )
    offers = func.sum(order_line.c.quantity - order_line.c.cancelled).label("offers")
    statement = (
        select(listing.c.listing_id, offers)
        .join(order_line, (order_line.c.tenant_id == listing.c.tenant_id) & named)
        .where(listing.c.tenant_id == tenant_id, listing.c.channel_id == channel_id, order_line.c.order_id == one)
        .where(listing.c.believed.is_not(None), listing.c.by_platform.is_(False))
        .where(seen_before(placed_at))
        .group_by(listing.c.listing_id)
    )
    return {row.listing_id: int(row.offers) for row in (await connection.execute(statement)).all() if row.offers > 0}


async def unseen_listings(
    connection: AsyncConnection, tenant_id: str, channel_id: str, since: datetime
) -> tuple[list[str], int]:
    """Return the mapped listings that the channel has not listed since (UTC), and how many listings it has at all."""
    one = listing.c
    own = (one.tenant_id == tenant_id, one.channel_id == channel_id, one.by_platform.is_(False))
    missing = select(one.listing_id).where(*own, or_(one.listed_at.is_(None), one.listed_at < since))
    missing = missing.where(one.status != "unmapped").order_by(one.listing_id)
    count: int = (await connection.execute(select(func.count()).select_from(listing).where(*own))).scalar_one()
    return list((await connection.execute(missing)).scalars()), count


def _one(tenant_id: str, listing_id: str) -> Any:
    table = stock_difference
    return update(table).where(table.c.tenant_id == tenant_id, table.c.listing_id == listing_id)


def _row(tenant_id: str, one: StoredDifference) -> dict[str, Any]:
    money = {
        "price": None if one.price is None else one.price.amount,
        "currency": None if one.price is None else one.price.currency,
        "amount": None if one.amount is None else one.amount.amount,
    }
    plain = asdict(one) | {"cause": one.cause.value, "state": one.state.value}
    return {"tenant_id": tenant_id, **plain, **money}


def _stored(row: Row[Any]) -> StoredDifference:
    return StoredDifference(
        listing_id=row.listing_id,
        channel_id=row.channel_id,
        cause=DriftCause(row.cause),
        state=DriftState(row.state),
        settled=row.settled,
        says=row.says,
        believed=row.believed,
        shown=row.shown,
        units=row.units,
        since=row.since,
        found_at=row.found_at,
        looked_at=row.looked_at,
        price=priced(row.price, row.currency),
        amount=priced(row.amount, row.currency),
        asked=row.asked,
        healed_at=row.healed_at,
        tries=row.tries,
    )
