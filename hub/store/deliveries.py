"""Statements about deliveries from Exact and the parcels that a channel must be told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row, and_, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.delivery import Delivery, ParcelStatus, ShippedUnits
from hub.store.engine import Work
from hub.store.tables import delivery, parcel
from hub.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class StoredParcel:
    """One parcel of one order; ``goods_delivery`` tells how Exact knows of it (``exact``, ``todo``, ``made``)."""

    tenant_id: str
    parcel_id: str
    order_id: str
    channel_id: str
    delivery_id: str | None
    reference: str
    carrier: str | None
    tracking: str | None
    units: tuple[ShippedUnits, ...]
    status: ParcelStatus
    problem: str | None
    process_id: str | None
    attempt_at: datetime | None
    shipped_at: datetime
    stored_at: datetime
    confirmed_at: datetime | None
    goods_delivery: str
    entry_id: str | None


def parcel_id(tenant_id: str, channel_id: str, reference: str) -> str:
    """Return the hub's id of a parcel: the same for the same reference."""
    return uuid5(NAMESPACE_URL, f"handelhub:parcel:{tenant_id}:{channel_id}:{reference}").hex


async def save_delivery(work: Work, tenant_id: str, division: int, found: Delivery, now: datetime) -> str:
    """Store a goods delivery of Exact and return the hub's id. Repeatable."""
    one = uuid5(NAMESPACE_URL, f"handelhub:delivery:{tenant_id}:{division}:{found.entry_id}").hex
    row = {
        "tenant_id": tenant_id,
        "delivery_id": one,
        "division": division,
        "entry_id": found.entry_id,
        "number": found.number,
        "delivered_at": found.delivered_at,
        "tracking": found.tracking,
        "shipping_method_id": found.shipping_method_id,
        "stored_at": now,
    }
    await upsert(work.connection, delivery, [row])
    return one


async def save_parcel(work: Work, stored: StoredParcel) -> None:
    """Store a new parcel; raises IntegrityError where one with the same reference exists on the channel."""
    row = {name: getattr(stored, name) for name in StoredParcel.__dataclass_fields__}
    row |= {"units": [[unit.line_id, unit.quantity] for unit in stored.units], "status": stored.status.value}
    await work.execute(insert(parcel).values(row))


async def change_parcel(work: Work, tenant_id: str, one: str, **values: Any) -> None:
    """Set columns of one parcel of the tenant."""
    statement = update(parcel).where(parcel.c.tenant_id == tenant_id, parcel.c.parcel_id == one)
    await work.execute(statement.values(**values))


async def delete_waiting(work: Work, tenant_id: str, order_id: str, delivery_id: str) -> None:
    """Remove an order's parcels of a delivery that were never told to anyone, to be packed anew."""
    await work.execute(
        delete(parcel).where(
            parcel.c.tenant_id == tenant_id,
            parcel.c.order_id == order_id,
            parcel.c.delivery_id == delivery_id,
            parcel.c.status == ParcelStatus.WAITING.value,
        )
    )


async def load_parcel(connection: AsyncConnection, tenant_id: str, one: str) -> StoredParcel | None:
    """Return one parcel of the tenant, None if there is none."""
    statement = select(parcel).where(parcel.c.tenant_id == tenant_id, parcel.c.parcel_id == one)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else _stored(row)


async def parcels_of_orders(
    connection: AsyncConnection, tenant_id: str, order_ids: Sequence[str]
) -> list[StoredParcel]:
    """Return the parcels of some orders, oldest first."""
    statement = select(parcel).where(parcel.c.tenant_id == tenant_id, parcel.c.order_id.in_(order_ids))
    return [_stored(row) for row in (await connection.execute(statement.order_by(parcel.c.shipped_at))).all()]


async def parcels_to_tell(connection: AsyncConnection, tenant_id: str, channel_id: str) -> list[str]:
    """Return the ids of parcels that the channel should be told of and was not, or of which it is not known."""
    status = parcel.c.status
    unknown = and_(status == ParcelStatus.SENT.value, parcel.c.process_id.is_(None))
    statement = select(parcel.c.parcel_id).where(
        parcel.c.tenant_id == tenant_id,
        parcel.c.channel_id == channel_id,
        or_(status == ParcelStatus.READY.value, unknown),
    )
    return list((await connection.execute(statement)).scalars())


async def parcels_in_process(connection: AsyncConnection, tenant_id: str, channel_id: str) -> list[StoredParcel]:
    """Return the parcels whose confirmation the channel still works on."""
    statement = select(parcel).where(
        parcel.c.tenant_id == tenant_id,
        parcel.c.channel_id == channel_id,
        parcel.c.status == ParcelStatus.SENT.value,
        parcel.c.process_id.is_not(None),
    )
    return [_stored(row) for row in (await connection.execute(statement)).all()]


def units_by_line(parcels: Sequence[StoredParcel]) -> Mapping[str, int]:
    """Return the offers per order line that some parcels hold."""
    found: dict[str, int] = {}
    for one in parcels:
        for unit in one.units:
            found[unit.line_id] = found.get(unit.line_id, 0) + unit.quantity
    return found


def _stored(row: Row[Any]) -> StoredParcel:
    values = {name: getattr(row, name) for name in StoredParcel.__dataclass_fields__}
    values["units"] = tuple(ShippedUnits(line_id, quantity) for line_id, quantity in row.units)
    values["status"] = ParcelStatus(row.status)
    return StoredParcel(**values)
