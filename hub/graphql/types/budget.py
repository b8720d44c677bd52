"""Budgets of platform calls and webhook subscriptions, as last seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import strawberry
from sqlalchemy import Row

from hub.domain.forecast import empty_at


@strawberry.type(
    description="A budget of platform calls as the platform's own headers last told it; or what one lane may call now"
    " and how fast it calls (name: lane orders, tracking, stock, catalogue or backfill); or the client errors that an"
    " endpoint may still answer before the hub leaves it alone (name: errors ENDPOINT)."
)
class Budget:
    owner: str
    name: str
    allowed: int | None
    remaining: int | None
    resets_at: datetime | None = strawberry.field(description="Null means unknown.")
    seen_at: datetime
    per_hour: float | None = strawberry.field(description="Calls an hour, as spent lately.")
    empty_at: datetime | None = strawberry.field(
        description="When it is empty at this pace; null where it lasts until the reset."
    )

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            owner=row.owner,
            name=row.name,
            allowed=row.allowed,
            remaining=row.remaining,
            resets_at=row.resets_at,
            seen_at=row.seen_at,
            per_hour=row.per_hour,
            empty_at=empty_at(row.remaining, row.per_hour, row.seen_at, row.resets_at),
        )


@strawberry.type(description="A webhook subscription at a platform.")
class Hook:
    owner: str
    topic: str
    external_id: str | None
    status: str
    problem: str | None
    checked_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            owner=row.owner,
            topic=row.topic,
            external_id=row.external_id,
            status=row.status,
            problem=row.problem,
            checked_at=row.checked_at,
        )
