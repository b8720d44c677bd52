"""Who sold what was not there, and whether the hub could have known: a replay of the ledger."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from hub.sandbox.ledger import Ledger, Sale
from hub.sandbox.matching import Matches

NOTHING = timedelta()
NONE_LEFT = Decimal(0)


@dataclass(frozen=True, slots=True)
class Oversold:
    """Units of one sale beyond what was truly there; ``shown_for`` is how long the channel had shown too many."""

    channel: str
    external_id: str
    sku: str
    units: int
    at: datetime
    shown_for: timedelta


@dataclass
class _Shelf:
    """One article during the replay: truth, and what each channel shows since when too high."""

    free: Decimal = Decimal(0)
    waiting: int = 0
    shown: dict[str, int] = field(default_factory=dict)
    too_high_since: dict[str, datetime] = field(default_factory=dict)

    @property
    def available(self) -> Decimal:
        return self.free - self.waiting

    def judge(self, at: datetime) -> None:
        sellable = max(self.available, NONE_LEFT)
        for channel, quantity in self.shown.items():
            if quantity <= sellable:
                self.too_high_since.pop(channel, None)
            else:
                self.too_high_since.setdefault(channel, at)


class _Step(NamedTuple):
    """One moment of the replay; within one instant steps go by ``order``."""

    at: datetime
    order: int
    sku: str
    free: Decimal | None = None
    waiting: int = 0
    channel: str = ""
    shown: int | None = None
    sale: Sale | None = None


def find_oversold(ledger: Ledger, matches: Matches, now: datetime) -> list[Oversold]:
    """Return every sale that took more than FreeStock less the units of sales not yet in Exact."""
    shelves: dict[str, _Shelf] = defaultdict(_Shelf)
    excuses = _excuses(ledger, now)
    found: list[Oversold] = []
    for step in sorted(_steps(ledger, matches), key=lambda each: (each.at, each.order)):
        shelf = shelves[step.sku]
        if step.sale is not None:
            found += _weigh(step, step.sale, shelf, excuses)
        _apply(step, shelf)
        shelf.judge(step.at)
    return found


def _steps(ledger: Ledger, matches: Matches) -> list[_Step]:
    steps = [_Step(note.at, 0, note.sku, free=note.quantity) for note in ledger.free]
    steps += [_Step(note.at, 3, note.sku, channel=note.channel, shown=note.quantity) for note in ledger.shown]
    for sale in ledger.sales.values():
        if sale.by_platform:
            continue
        ends = [order.at for order in matches.orders(sale)] + [
            sale.cancelled_at or datetime.max.replace(tzinfo=sale.at.tzinfo)
        ]
        for line in sale.units:
            steps.append(_Step(sale.at, 2, line.sku, waiting=line.quantity, sale=sale))
            steps.append(_Step(min(ends), 1, line.sku, waiting=-line.quantity))
    return steps


def _apply(step: _Step, shelf: _Shelf) -> None:
    if step.free is not None:
        shelf.free = step.free
    shelf.waiting += step.waiting
    if step.shown is not None:
        shelf.shown[step.channel] = step.shown


def _weigh(step: _Step, sale: Sale, shelf: _Shelf, excuses: list[tuple[datetime, datetime]]) -> list[Oversold]:
    over = step.waiting - max(int(shelf.available), 0)
    if over <= 0:
        return []
    since = shelf.too_high_since.get(sale.channel, step.at)
    shown_for = step.at - since - _excused(since, step.at, excuses)
    return [Oversold(sale.channel, sale.external_id, step.sku, min(over, step.waiting), step.at, shown_for)]


def _excuses(ledger: Ledger, now: datetime) -> list[tuple[datetime, datetime]]:
    """Return the periods in which the hub could not act, merged where they overlap."""
    periods = sorted((start, end or now) for who, start, end in ledger.outages if who in ("exact", "hub"))
    merged: list[tuple[datetime, datetime]] = []
    for start, end in periods:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _excused(start: datetime, end: datetime, excuses: list[tuple[datetime, datetime]]) -> timedelta:
    return sum((max(min(end, stop) - max(start, begin), NOTHING) for begin, stop in excuses), NOTHING)
