"""Statements about how tenants stand with VAT, and what they sold at a distance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.order import OrderStatus
from hub.domain.tax.evidence import UnknownPolicy
from hub.domain.tax.profile import TaxProfile
from hub.store.engine import Work
from hub.store.tables import orders, tax_profile
from hub.store.upsert import upsert


async def load_profile(connection: AsyncConnection, tenant_id: str) -> TaxProfile | None:
    """Return how a tenant stands with VAT, None where it never said."""
    statement = select(tax_profile.c.profile).where(tax_profile.c.tenant_id == tenant_id)
    plain = (await connection.execute(statement)).scalar_one_or_none()
    return None if plain is None else profile_from_json(plain)


async def save_profile(work: Work, tenant_id: str, profile: TaxProfile, now: datetime) -> None:
    """Store how a tenant stands with VAT. Repeatable."""
    row = {"tenant_id": tenant_id, "profile": profile_to_json(profile), "changed_at": now}
    await upsert(work.connection, tax_profile, [row])


async def distance_sales(
    connection: AsyncConnection, tenant_id: str, except_order: str, before: datetime, zone: tzinfo
) -> dict[int, Decimal]:
    """Return EUR without VAT of a tenant's distance sales on all channels, by calendar year in a zone.

    Only sales placed before a moment (UTC) count: those after an order do not decide how it is taxed. A sale counts
    from the moment that its forwarding begins.
    """
    statement = select(orders.c.placed_at, orders.c.distance_sale).where(
        orders.c.tenant_id == tenant_id,
        orders.c.distance_sale.is_not(None),
        orders.c.order_id != except_order,
        orders.c.placed_at < before,
        orders.c.status.in_([OrderStatus.SENDING.value, OrderStatus.FORWARDED.value]),
    )
    found: dict[int, Decimal] = {}
    for row in (await connection.execute(statement)).all():
        year = row.placed_at.astimezone(zone).year
        found[year] = found.get(year, Decimal(0)) + row.distance_sale
    return found


def profile_to_json(profile: TaxProfile) -> dict[str, Any]:
    """Return a profile as plain JSON; amounts as text."""
    return {
        "home": profile.home,
        "numbers": dict(profile.numbers),
        "oss_country": profile.oss_country,
        "opted": profile.opted,
        "stock_abroad": profile.stock_abroad,
        "unknown": profile.unknown.value,
        "carried": {str(year): str(amount) for year, amount in profile.carried.items()},
    }


def profile_from_json(plain: Mapping[str, Any]) -> TaxProfile:
    """Read a profile back from JSON."""
    values = dict(plain)
    values["unknown"] = UnknownPolicy(plain["unknown"])
    values["carried"] = {int(year): Decimal(amount) for year, amount in plain["carried"].items()}
    return TaxProfile(**values)
