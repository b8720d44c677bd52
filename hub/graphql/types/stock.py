"""Stock rules, FreeStock readings and the terms of a published number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

import strawberry
from sqlalchemy import Row

from hub.domain.stock import RuleMode
from hub.domain.stock import StockRule as Rule


@strawberry.type(description="How a listing's quantity follows from FreeStock.")
class StockRule:
    mode: RuleMode
    buffer: int = strawberry.field(description="Offers kept back.")
    buffer_percent: Decimal = strawberry.field(description="Percentage kept back; the result is rounded down.")
    cap: int = strawberry.field(description="The most that is ever shown.")
    fixed: int = strawberry.field(description="What mode FIXED shows.")
    units_per_offer: Decimal = strawberry.field(description="Stock units in one offer.")
    safety_stock: Decimal = strawberry.field(description="Stock units of each product kept back.")
    backorder: int = strawberry.field(description="Offers that may be sold beyond FreeStock.")
    presale: int = strawberry.field(description="Offers of goods yet to come that are sold until presaleUntil.")
    presale_until: datetime | None

    @classmethod
    def of(cls, rule: Rule) -> Self:
        return cls(
            mode=rule.mode,
            buffer=rule.buffer,
            buffer_percent=rule.buffer_percent,
            cap=rule.cap,
            fixed=rule.fixed,
            units_per_offer=rule.units_per_offer,
            safety_stock=rule.safety_stock,
            backorder=rule.backorder,
            presale=rule.presale,
            presale_until=rule.presale_until,
        )


@strawberry.type(description="One line of the explanation of a published number.")
class Term:
    name: str
    value: str

    @classmethod
    def all_of(cls, stored: Any) -> list[Self]:
        """Return the terms as stored with a listing, as pairs or as objects."""
        pairs = [(one["name"], one["value"]) if isinstance(one, Mapping) else one for one in stored or ()]
        return [cls(name=str(name), value=str(value)) for name, value in pairs]


@strawberry.type(description="FreeStock of a product in one warehouse, in stock units, as Exact gave it.")
class StockReading:
    division: int
    warehouse_id: str = strawberry.field(description="Exact's id of the warehouse.")
    free_stock: Decimal
    read_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(division=row.division, warehouse_id=row.warehouse_id, free_stock=row.free_stock, read_at=row.read_at)
