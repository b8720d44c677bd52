"""Statements about divisions of Exact: which are in use, their budgets, their webhook subscriptions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.product import Division
from hub.store.engine import Work
from hub.store.tables import budget, division, hook
from hub.store.types import instant_text
from hub.store.upsert import upsert


class Gauge(Protocol):
    """A budget as a platform last told it; ``resets_at`` is UTC."""

    @property
    def name(self) -> str: ...

    @property
    def limit(self) -> int | None: ...

    @property
    def remaining(self) -> int | None: ...

    @property
    def resets_at(self) -> datetime | None: ...

    @property
    def per_hour(self) -> float | None: ...

    @property
    def refused_at(self) -> tuple[datetime, ...]: ...


@dataclass(frozen=True, slots=True)
class StoredGauge:
    """A budget as it was last stored."""

    name: str
    limit: int | None
    remaining: int | None
    resets_at: datetime | None
    per_hour: float | None
    refused_at: tuple[datetime, ...]
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class StoredDivision:
    """A division that a connection reaches; ``enabled`` ones are synchronised."""

    code: int
    connection_id: str
    description: str
    currency: str
    enabled: bool
    country: str | None = None


async def save_divisions(work: Work, tenant_id: str, connection_id: str, found: Sequence[Division]) -> None:
    """Store the divisions a connection reaches; whether they are enabled stays as it was."""
    rows = [
        {
            "tenant_id": tenant_id,
            "code": one.code,
            "connection_id": connection_id,
            "description": one.description,
            "country": one.country,
            "currency": one.currency,
            "enabled": False,
        }
        for one in found
    ]
    await upsert(work.connection, division, rows, keep=("enabled",))


_ONE = select(division).where(division.c.tenant_id == bindparam("tenant"), division.c.code == bindparam("division"))


async def load_division(connection: AsyncConnection, tenant_id: str, code: int) -> StoredDivision | None:
    """Return one division of the tenant, None if there is none."""
    row = (await connection.execute(_ONE, {"tenant": tenant_id, "division": code})).one_or_none()
    if row is None:
        return None
    return _stored(row)


async def list_divisions(connection: AsyncConnection, tenant_id: str, connection_id: str) -> list[StoredDivision]:
    """Return the divisions that a connection reaches."""
    statement = select(division).where(division.c.tenant_id == tenant_id, division.c.connection_id == connection_id)
    rows = (await connection.execute(statement.order_by(division.c.code))).all()
    return [_stored(row) for row in rows]


def _stored(row: Row[Any]) -> StoredDivision:
    country = (row.country or "").strip() or None
    return StoredDivision(row.code, row.connection_id, row.description, row.currency, row.enabled, country)


async def set_enabled(work: Work, tenant_id: str, code: int, enabled: bool) -> None:
    """Switch the synchronisation of a division on or off."""
    await work.execute(_change(tenant_id, code).values(enabled=enabled))


async def count_swept_only(work: Work, tenant_id: str, code: int, products: int) -> None:
    """Count products whose change no webhook announced."""
    await work.execute(_change(tenant_id, code).values(swept_only=division.c.swept_only + products))


def _change(tenant_id: str, code: int) -> Any:
    return update(division).where(division.c.tenant_id == tenant_id, division.c.code == code)


async def save_meters(work: Work, tenant_id: str, owner: str, gauges: Sequence[Gauge], now: datetime) -> None:
    """Store the budgets that the last answers told."""
    rows = [
        {
            "tenant_id": tenant_id,
            "owner": owner,
            "name": gauge.name,
            "allowed": gauge.limit,
            "remaining": gauge.remaining,
            "resets_at": gauge.resets_at,
            "per_hour": gauge.per_hour,
            "refused_at": [instant_text(at) for at in gauge.refused_at] or None,
            "seen_at": now,
        }
        for gauge in gauges
    ]
    await upsert(work.connection, budget, rows)


async def load_meters(connection: AsyncConnection, tenant_id: str, owner: str) -> list[StoredGauge]:
    """Return the budgets of an owner as they were last stored."""
    statement = select(budget).where(budget.c.tenant_id == tenant_id, budget.c.owner == owner)
    return [_gauge(row) for row in (await connection.execute(statement)).all()]


def _gauge(row: Row[Any]) -> StoredGauge:
    refused_at = tuple(datetime.fromisoformat(at) for at in row.refused_at or ())
    return StoredGauge(row.name, row.allowed, row.remaining, row.resets_at, row.per_hour, refused_at, row.seen_at)


async def save_hooks(
    work: Work,
    tenant_id: str,
    owner: str,
    found: Mapping[str, str | None],
    problems: Mapping[str, str | None],
    now: datetime,
) -> None:
    """Store how each webhook subscription of an owner stands."""
    rows = [
        {
            "tenant_id": tenant_id,
            "owner": owner,
            "topic": topic,
            "external_id": external_id,
            "status": "missing" if external_id is None else "active",
            "problem": problems[topic],
            "checked_at": now,
        }
        for topic, external_id in found.items()
    ]
    await upsert(work.connection, hook, rows)
