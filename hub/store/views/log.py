"""The activity log, parcels and deliveries as the API lists them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from hub.store.events import EventFilter
from hub.store.tables import delivery, parcel, sync_event
from hub.store.views.page import Order

NEWEST_EVENT_FIRST = Order((sync_event.c.seq,), (int,), descending=True)
NEWEST_PARCEL_FIRST = Order((parcel.c.shipped_at, parcel.c.parcel_id), (datetime, str), descending=True)
NEWEST_DELIVERY_FIRST = Order((delivery.c.delivered_at, delivery.c.delivery_id), (datetime, str), descending=True)


def list_events(tenant_id: str, only: EventFilter) -> Select[Any]:
    """Select the tenant's sync events."""
    columns = {name: getattr(only, name) for name in ("channel_id", "subject_type", "subject_id")}
    statement = select(sync_event).where(sync_event.c.tenant_id == tenant_id)
    for name, value in columns.items():
        if value is not None:
            statement = statement.where(sync_event.c[name] == value)
    if only.kinds:
        statement = statement.where(sync_event.c.kind.in_(only.kinds))
    if only.levels:
        statement = statement.where(sync_event.c.level.in_(only.levels))
    return statement


def list_parcels(tenant_id: str, channel_id: str | None, statuses: tuple[str, ...]) -> Select[Any]:
    """Select the tenant's parcels."""
    statement = select(parcel).where(parcel.c.tenant_id == tenant_id)
    if channel_id is not None:
        statement = statement.where(parcel.c.channel_id == channel_id)
    return statement.where(parcel.c.status.in_(statuses)) if statuses else statement


def list_deliveries(tenant_id: str, division: int | None) -> Select[Any]:
    """Select the tenant's goods deliveries in Exact."""
    statement = select(delivery).where(delivery.c.tenant_id == tenant_id)
    return statement if division is None else statement.where(delivery.c.division == division)
