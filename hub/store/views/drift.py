"""Differences between channels and Exact as the API lists them, and what they put at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.drift import DriftCause, DriftState
from hub.store.tables import stock_difference
from hub.store.types import Micros
from hub.store.views.page import Order

LASTING = (DriftState.OPEN, DriftState.HEALING)
OLDEST_FIRST = Order((stock_difference.c.since, stock_difference.c.listing_id), (datetime, str))


@dataclass(frozen=True, slots=True)
class DriftFilter:
    """Which differences to list; an absent field takes all. ``since_before`` (UTC) takes those that are as old."""

    channel_id: str | None = None
    causes: tuple[DriftCause, ...] = ()
    states: tuple[DriftState, ...] = LASTING
    since_before: datetime | None = None

    def conditions(self, tenant_id: str) -> list[ColumnElement[bool]]:
        """Return what a difference of the tenant must meet."""
        one = stock_difference.c
        found: list[ColumnElement[bool]] = [one.tenant_id == tenant_id]
        if self.channel_id is not None:
            found.append(one.channel_id == self.channel_id)
        if self.causes:
            found.append(one.cause.in_([cause.value for cause in self.causes]))
        if self.states:
            found.append(one.state.in_([state.value for state in self.states]))
        if self.since_before is not None:
            found.append(one.since < self.since_before)
        return found


@dataclass(frozen=True, slots=True)
class AtRisk:
    """What differences of one cause put at risk, in one currency; ``currency`` None: prices that nobody told.

    Units are offers: those that could be oversold, and those that cannot be sold.
    """

    cause: DriftCause
    currency: str | None
    differences: int
    oversellable_units: int
    unsellable_units: int
    oversellable: Decimal
    unsellable: Decimal


def list_differences(tenant_id: str, only: DriftFilter) -> Select[Any]:
    """Select the tenant's differences."""
    return select(stock_difference).where(*only.conditions(tenant_id))


async def money_at_risk(connection: AsyncConnection, tenant_id: str, only: DriftFilter) -> Sequence[AtRisk]:
    """Return sums by cause and currency."""
    one = stock_difference.c
    over, under = one.units > 0, one.units < 0
    nothing = Decimal(0)
    statement = (
        select(
            one.cause,
            one.currency,
            func.count().label("number"),
            func.sum(case((over, one.units), else_=0)).label("over"),
            func.sum(case((under, -one.units), else_=0)).label("under"),
            func.sum(case((over, one.amount)), type_=Micros).label("money_over"),
            func.sum(case((under, one.amount)), type_=Micros).label("money_under"),
        )
        .where(*only.conditions(tenant_id))
        .group_by(one.cause, one.currency)
        .order_by(one.cause, one.currency)
    )
    return [
        AtRisk(
            DriftCause(row.cause),
            row.currency,
            row.number,
            int(row.over),
            int(row.under),
            row.money_over or nothing,
            row.money_under or nothing,
        )
        for row in (await connection.execute(statement)).all()
    ]
