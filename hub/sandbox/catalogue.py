"""The goods of the simulated wholesaler: the same for every platform, made from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal

WAREHOUSES = ("AMS", "RTM")
"""Warehouse codes of the main division; the first one is the main warehouse."""


@dataclass(frozen=True, slots=True)
class Good:
    """One article: price in EUR including VAT, VAT as a fraction, opening stock per warehouse code."""

    sku: str
    ean: str
    title: str
    price: Decimal
    vat_rate: Decimal
    stock: dict[str, int]


def ean13(number: int) -> str:
    """Return a valid EAN-13 for a number below 10^9 (prefix 871, Netherlands)."""
    body = f"871{number:09d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def make_catalogue(count: int, seed: int = 0) -> list[Good]:
    """Return ``count`` goods; the same seed gives the same goods."""
    chance = random.Random(seed)
    return [_make_good(number, chance) for number in range(1, count + 1)]


def _make_good(number: int, chance: random.Random) -> Good:
    return Good(
        sku=f"ART-{number:05d}",
        ean=ean13(number),
        title=f"Article {number}",
        price=Decimal(chance.randint(199, 14999)) / 100,
        vat_rate=Decimal("0.09") if chance.random() < 0.2 else Decimal("0.21"),
        stock={code: chance.randint(5, 60) for code in WAREHOUSES},
    )
