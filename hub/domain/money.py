"""Amounts of money: Decimal with a currency, rounded half up to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)


def cents(amount: Decimal) -> Decimal:
    """Return an amount rounded half up (away from zero) to two decimals."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Return the sum of amounts of one currency."""
    return sum(amounts, ZERO)


def vat_within(gross: Decimal, rate: Decimal) -> Decimal:
    """Return the VAT contained in an amount including VAT; ``rate`` is a fraction (0.21), result in cents."""
    return cents(gross * rate / (1 + rate))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.currency}"


def priced(amount: Decimal | None, currency: str | None) -> Money | None:
    """Return an amount in its currency; one of the two alone says nothing."""
    return None if amount is None or currency is None else Money(amount, currency)
