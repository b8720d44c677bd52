"""Tenants: made once, named by a slug that stands in addresses and URLs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.engine import Work
from hub.store.tables import tenant

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")


class BadSlug(ValueError):
    """The id cannot name a tenant or a channel; the message says what can."""


class TenantExists(Exception):
    """There is a tenant of this id already."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """One wholesale business using the hub."""

    tenant_id: str
    name: str
    created_at: datetime


def checked_slug(slug: str) -> str:
    """Return the slug itself; raises ``BadSlug`` for one that cannot stand in an address or URL."""
    if not SLUG.fullmatch(slug):
        raise BadSlug("give 1 to 48 lower-case letters, digits and hyphens, with a letter or digit at both ends")
    return slug


async def create_tenant(work: Work, tenant_id: str, name: str) -> Tenant:
    """Make a tenant; raises ``BadSlug`` or ``TenantExists``."""
    made = Tenant(checked_slug(tenant_id), name, work.clock.now())
    if (await work.execute(select(tenant.c.tenant_id).where(tenant.c.tenant_id == tenant_id))).first():
        raise TenantExists(f"tenant {tenant_id} exists already")
    await work.execute(
        insert(tenant).values(tenant_id=made.tenant_id, name=name, created_at=made.created_at, event_seq=0)
    )
    return made


async def load_tenant(connection: AsyncConnection, tenant_id: str) -> Tenant | None:
    """Return the tenant, None if there is none."""
    row = (await connection.execute(select(tenant).where(tenant.c.tenant_id == tenant_id))).one_or_none()
    return None if row is None else _tenant(row)


async def list_tenants(connection: AsyncConnection) -> Sequence[Tenant]:
    """Return every tenant by id; for the hub's own schedules and its operator, never for a tenant."""
    return [_tenant(row) for row in (await connection.execute(select(tenant).order_by(tenant.c.tenant_id))).all()]


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(row.tenant_id, row.name, row.created_at)
