"""The union's VAT rates with their days, as data (``rates.json``): which rate holds for which goods on which day.

Each row names its source, the day it was looked up, and how sure it is. ``from`` is the day of the change, or
1 January 2017 where the rate is older: days before that are not answered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Category(StrEnum):
    STANDARD = "standard"
    REDUCED = "reduced"
    SUPER_REDUCED = "super_reduced"
    PARKING = "parking"
    ZERO = "zero"


class Goods(StrEnum):
    """What is sold, as far as rates differ by it.

    ``REDUCED`` is reduced at home and nothing more is known of it; the kinds after it say what it is.
    """

    STANDARD = "standard"
    REDUCED = "reduced"
    SUPER_REDUCED = "super_reduced"
    ZERO = "zero"
    FOOD = "food"
    BOOKS = "books"
    MEDICINES = "medicines"


KINDS = (Goods.FOOD, Goods.BOOKS, Goods.MEDICINES)


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate of one place; ``rate`` is a fraction, ``until`` the last day it holds, None while it does."""

    place: str
    category: Category
    rate: Decimal
    since: date
    until: date | None
    goods: frozenset[Goods]
    stands_for: str
    source: str
    looked_up: date
    sure: str

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def cited(self) -> str:
        """The source in words, with the day it was read."""
        return f"{self.source}, looked up {self.looked_up.isoformat()}, {self.sure} confidence"


@dataclass(frozen=True, slots=True)
class Found:
    """The rate that holds, and in words why this one."""

    rate: Rate
    because: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """No single rate can be named; ``because`` says what a person must add."""

    because: str


def rate_for(region: str, goods: Goods, day: date) -> Found | Unclear:
    """Return the rate of some goods in a region on a day, or why a person must say it."""
    rows = rates_on(region, day)
    if not rows:
        return Unclear(f"no rates of {region} are known for {day.isoformat()}")
    if goods in KINDS:
        return _of_kind(region, goods, rows)
    return _of_category(region, Category(goods.value), rows)


def _of_kind(region: str, goods: Goods, rows: tuple[Rate, ...]) -> Found | Unclear:
    for row in rows:
        if goods in row.goods:
            return Found(row, f"{goods.value} carry the {_words(row)} rate in {region}")
    return Unclear(f"{goods.value} carry several rates in {region}: {_listed(rows)}")


def _of_category(region: str, category: Category, rows: tuple[Rate, ...]) -> Found | Unclear:
    fitting = [row for row in rows if row.category is category]
    if len({row.rate for row in fitting}) == 1:
        return Found(fitting[0], f"{region} has one {_words(fitting[0])} rate")
    if fitting:
        return Unclear(f"{region} has several {category.value} rates: {_listed(tuple(fitting))}")
    if category is Category.REDUCED:
        standard = next(row for row in rows if row.category is Category.STANDARD)
        return Found(standard, f"{region} has no reduced rate")
    return Unclear(f"{region} has no {category.value.replace('_', '-')} rate")


def rates_on(region: str, day: date) -> tuple[Rate, ...]:
    """Return the rates of a region on a day; what a region does not set itself is its state's."""
    own = tuple(row for row in all_rates() if row.place == region and row.holds(day))
    state = region.partition("-")[0]
    if state == region:
        return own
    set_here = {row.category for row in own}
    rest = (row for row in all_rates() if row.place == state and row.holds(day) and row.category not in set_here)
    return own + tuple(rest)


def category_of(region: str, rate: Decimal, day: date) -> Goods | None:
    """Return what a percentage stands for in a region on a day; None where no rate of it is that high."""
    order = {category: place for place, category in enumerate(Category)}
    fitting = [row for row in rates_on(region, day) if row.rate == rate and row.category is not Category.PARKING]
    if not fitting:
        return Goods.ZERO if rate == 0 else None
    return Goods(min(fitting, key=lambda row: order[row.category]).category.value)


@cache
def all_rates() -> tuple[Rate, ...]:
    """Return every row of the table."""
    plain = json.loads(files(__package__).joinpath("rates.json").read_text("utf-8"))
    titles = {key: f"{source['title']} {source['address']}".strip() for key, source in plain["sources"].items()}
    return tuple(_row(row, titles[row["source"]]) for row in plain["rates"])


def _row(row: dict[str, Any], source: str) -> Rate:
    return Rate(
        place=row["country"],
        category=Category(row["category"]),
        rate=Decimal(row["rate"]),
        since=date.fromisoformat(row["from"]),
        until=None if row["until"] is None else date.fromisoformat(row["until"]),
        goods=frozenset(Goods(one) for one in row["goods"]),
        stands_for=row["stands_for"],
        source=source,
        looked_up=date.fromisoformat(row["looked_up"]),
        sure=row["confidence"],
    )


def _words(row: Rate) -> str:
    return row.category.value.replace("_", "-")


def _listed(rows: tuple[Rate, ...]) -> str:
    return "; ".join(
        f"{percent(row.rate)} for {row.stands_for}" if row.stands_for else percent(row.rate) for row in rows
    )


def percent(rate: Decimal) -> str:
    """Return a fraction as people write it: 25.5 %."""
    return f"{(rate * 100).normalize():f} %"
