"""The publishable quantity: FreeStock as delivered, less claims, through the listing's rule, explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

LARGEST_PUBLISHED = 999
"""bol.com refused more than 999 in v10 and v11 states no maximum, so a rule without a cap stops there."""


class RuleMode(StrEnum):
    FREE_STOCK = "free_stock"
    FIXED = "fixed"
    HANDS_OFF = "hands_off"


@dataclass(frozen=True, slots=True)
class StockRule:
    """How a listing's quantity follows from FreeStock.

    ``buffer`` is in offers, ``buffer_percent`` a percentage (10 means 10 %) kept back, result rounded
    down; ``units_per_offer`` is the number of stock units in one offer; ``fixed`` replaces everything.
    """

    mode: RuleMode = RuleMode.FREE_STOCK
    buffer: int = 0
    buffer_percent: Decimal = Decimal(0)
    cap: int = LARGEST_PUBLISHED
    fixed: int = 0
    units_per_offer: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """FreeStock of one product in one warehouse, in stock units, as Exact gave it."""

    division: int
    warehouse_id: str
    free_stock: Decimal
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the explanation of a published number."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Publication:
    """The quantity to publish and the terms it was made of; ``quantity`` is None for hands off."""

    quantity: int | None
    terms: tuple[Term, ...]


def publishable(
    rule: StockRule, readings: Sequence[Reading], claims: Decimal, warehouses: Iterable[str] | None = None
) -> Publication:
    """Return ``clamp(floor((Σ FreeStock − claims) ÷ units per offer) − buffer, 0, cap)`` with its terms.

    ``claims`` are units promised to channel orders that the readings do not reflect yet.
    ``warehouses`` limits the sum to these warehouse ids; None takes all readings.
    Without any reading nothing may be sold yet, so the quantity is zero.
    """
    match rule.mode:
        case RuleMode.HANDS_OFF:
            return Publication(None, (Term("rule", "hands off"),))
        case RuleMode.FIXED:
            return Publication(rule.fixed, (Term("rule", "fixed"), Term("quantity", str(rule.fixed))))
        case RuleMode.FREE_STOCK:
            chosen = None if warehouses is None else frozenset(warehouses)
            used = [r for r in readings if chosen is None or r.warehouse_id in chosen]
            return _from_free_stock(rule, used, claims)


def _from_free_stock(rule: StockRule, readings: Sequence[Reading], claims: Decimal) -> Publication:
    free = sum((reading.free_stock for reading in readings), Decimal(0))
    offers = _floor((free - claims) / rule.units_per_offer)
    kept = rule.buffer + _percentage_buffer(offers, rule.buffer_percent)
    quantity = max(0, min(offers - kept, rule.cap))
    terms = [Term(f"free stock {r.division}/{r.warehouse_id}", _plain(r.free_stock)) for r in readings]
    terms += [
        Term("claims", _plain(-claims)),
        Term("units per offer", str(rule.units_per_offer)),
        Term("offers", str(offers)),
        Term("buffer", str(-kept)),
        Term("cap", str(rule.cap)),
        Term("quantity", str(quantity)),
    ]
    return Publication(quantity, tuple(terms))


def _percentage_buffer(offers: int, percent: Decimal) -> int:
    """Return what a percentage keeps back, so that the published result is rounded down."""
    if offers <= 0 or not percent:
        return 0
    return offers - _floor(offers * (100 - percent) / 100)


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_FLOOR))


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"
