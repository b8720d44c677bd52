"""The publishable quantity: FreeStock as delivered, less claims, through the listing's rule, explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

LARGEST_PUBLISHED = 999
"""bol.com refused more than 999 in v10 and v11 states no maximum, so a rule without a cap stops there."""

ZERO = Decimal(0)
STOPPED = "stopped"
"""What a term is called, or ends with, that says why something must not be sold."""


class RuleMode(StrEnum):
    FREE_STOCK = "free_stock"
    FIXED = "fixed"
    HANDS_OFF = "hands_off"


@dataclass(frozen=True, slots=True)
class StockRule:
    """How a listing's quantity follows from FreeStock.

    ``buffer`` is in offers, ``buffer_percent`` a percentage (10 means 10 %) kept back, result rounded
    down; ``units_per_offer`` is the number of stock units in one offer; ``fixed`` replaces everything.
    ``safety_stock`` is kept back of each product, in stock units, where the product itself has no higher one.
    ``backorder`` offers may be sold beyond FreeStock. Until ``presale_until`` (UTC) the listing sells ``presale``
    offers of goods that are yet to come, and nothing else.
    """

    mode: RuleMode = RuleMode.FREE_STOCK
    buffer: int = 0
    buffer_percent: Decimal = Decimal(0)
    cap: int = LARGEST_PUBLISHED
    fixed: int = 0
    units_per_offer: Decimal = Decimal(1)
    safety_stock: Decimal = Decimal(0)
    backorder: int = 0
    presale: int = 0
    presale_until: datetime | None = None

    def presells(self, now: datetime | None) -> bool:
        """Say whether goods that are yet to come are sold now; without a time, whether they ever are."""
        return self.presale_until is not None and (now is None or now < self.presale_until)


@dataclass(frozen=True, slots=True)
class Reading:
    """FreeStock of one product in one warehouse, in stock units, as Exact gave it."""

    division: int
    warehouse_id: str
    free_stock: Decimal
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Supply:
    """One product of an offer: so many ``units`` of it in each, what is free, and what is promised already.

    ``safety_stock`` is the product's own. ``stopped`` says why it must not be sold at all, ``unstocked`` why
    FreeStock tells nothing of it. ``name`` is what people call it, for offers of several products.
    """

    units: Decimal
    readings: Sequence[Reading]
    claims: Decimal
    safety_stock: Decimal = ZERO
    stopped: str | None = None
    unstocked: str | None = None
    name: str = ""

    @property
    def free(self) -> Decimal:
        return sum((reading.free_stock for reading in self.readings), ZERO)


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the explanation of a published number."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Publication:
    """The quantity to publish and the terms it was made of; ``quantity`` is None for hands off.

    ``doubtful`` is a zero that follows from what Exact says alone: no buyer and no person has had a part in it.
    """

    quantity: int | None
    terms: tuple[Term, ...]
    doubtful: bool = False

    @property
    def claimed(self) -> bool:
        """Whether orders that the readings do not show yet have a part in it."""
        return any(term.name.endswith("claims") and term.value != "0" for term in self.terms)


def publishable(
    rule: StockRule, readings: Sequence[Reading], claims: Decimal, warehouses: Iterable[str] | None = None
) -> Publication:
    """Return ``clamp(floor((Σ FreeStock − claims) ÷ units per offer) − buffer, 0, cap)`` with its terms.

    ``claims`` are units promised to channel orders that the readings do not reflect yet.
    ``warehouses`` limits the sum to these warehouse ids; None takes all readings.
    Without any reading nothing may be sold yet, so the quantity is zero.
    """
    chosen = None if warehouses is None else frozenset(warehouses)
    used = [r for r in readings if chosen is None or r.warehouse_id in chosen]
    return publishable_offer(rule, [Supply(rule.units_per_offer, used, claims)])


def publishable_offer(rule: StockRule, supplies: Sequence[Supply], now: datetime | None = None) -> Publication:
    """Return what may be sold of an offer made of these products: the scarcest decides. ``now`` is UTC."""
    if rule.mode is RuleMode.HANDS_OFF:
        return Publication(None, (Term("rule", "hands off"),))
    if stops := [one for one in supplies if _stop(one, rule)]:
        return _stopped(stops, rule, supplies)
    if rule.mode is RuleMode.FIXED:
        return Publication(rule.fixed, (Term("rule", "fixed"), Term("quantity", str(rule.fixed))))
    if rule.presells(now):
        return _from_presale(rule, supplies)
    return _from_free_stock(rule, supplies)


def _stop(supply: Supply, rule: StockRule) -> str | None:
    return supply.stopped or (supply.unstocked if rule.mode is RuleMode.FREE_STOCK else None)


def _stopped(stops: Sequence[Supply], rule: StockRule, supplies: Sequence[Supply]) -> Publication:
    terms = [Term(_name(one, STOPPED), _stop(one, rule) or "") for one in stops]
    return Publication(0, (*terms, Term("quantity", "0")), doubtful=not _claimed(supplies))


def _from_free_stock(rule: StockRule, supplies: Sequence[Supply]) -> Publication:
    terms: list[Term] = []
    offers = min(_offers(rule, one, terms) for one in supplies)
    kept = rule.buffer + _percentage_buffer(offers, rule.buffer_percent)
    sellable = offers - kept
    if len(supplies) > 1:
        terms.append(Term("offers", str(offers)))
    terms.append(Term("buffer", str(-kept)))
    if rule.backorder:
        sellable = max(sellable, rule.backorder + min(0, offers))
        terms.append(Term("backorder", str(rule.backorder)))
    doubtful = offers <= 0 and not _claimed(supplies) and rule.cap > 0
    return _clamped(sellable, rule, terms, doubtful=doubtful)


def _offers(rule: StockRule, supply: Supply, terms: list[Term]) -> int:
    safety = max(rule.safety_stock, supply.safety_stock)
    offers = _floor((supply.free - supply.claims - safety) / supply.units)
    terms += _free_terms(supply)
    terms.append(Term(_name(supply, "claims"), _plain(-supply.claims)))
    if safety:
        terms.append(Term(_name(supply, "safety stock"), _plain(-safety)))
    terms.append(Term(_name(supply, "units per offer"), _plain(supply.units)))
    terms.append(Term(_name(supply, "offers"), str(offers)))
    return offers


def _from_presale(rule: StockRule, supplies: Sequence[Supply]) -> Publication:
    """Sell what is announced, less all that is promised of it: by claims, and by what FreeStock is short of."""
    terms = [
        Term("presale until", rule.presale_until.isoformat() if rule.presale_until else ""),
        Term("presale", str(rule.presale)),
    ]
    offers = min(_presold(rule, one, terms) for one in supplies)
    return _clamped(offers, rule, terms)


def _presold(rule: StockRule, supply: Supply, terms: list[Term]) -> int:
    short = min(ZERO, supply.free)
    offers = _floor((rule.presale * supply.units + short - supply.claims) / supply.units)
    terms.append(Term(_name(supply, "short of free stock"), _plain(short)))
    terms.append(Term(_name(supply, "claims"), _plain(-supply.claims)))
    terms.append(Term(_name(supply, "units per offer"), _plain(supply.units)))
    terms.append(Term(_name(supply, "offers"), str(offers)))
    return offers


def _clamped(sellable: int, rule: StockRule, terms: Sequence[Term], *, doubtful: bool = False) -> Publication:
    quantity = max(0, min(sellable, rule.cap))
    ends = (Term("cap", str(rule.cap)), Term("quantity", str(quantity)))
    return Publication(quantity, (*terms, *ends), doubtful=doubtful and quantity == 0)


def _free_terms(supply: Supply) -> list[Term]:
    return [
        Term(_name(supply, f"free stock {one.division}/{one.warehouse_id}"), _plain(one.free_stock))
        for one in supply.readings
    ]


def _claimed(supplies: Sequence[Supply]) -> bool:
    return any(one.claims for one in supplies)


def _name(supply: Supply, what: str) -> str:
    return f"{supply.name}: {what}" if supply.name else what


def _percentage_buffer(offers: int, percent: Decimal) -> int:
    """Return what a percentage keeps back, so that the published result is rounded down."""
    if offers <= 0 or not percent:
        return 0
    return offers - _floor(offers * (100 - percent) / 100)


def _floor(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_FLOOR))


def _plain(value: Decimal) -> str:
    return format(Decimal(value).normalize(), "f") if value else "0"
