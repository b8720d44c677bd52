"""The arithmetic of sales documents, to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from hub.sandbox.exact.errors import Refusal, invalid
from hub.sandbox.exact.table import Row

CENT = Decimal("0.01")
VAT_TOLERANCE = Decimal("0.05")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Amounts:
    """An amount in the order's currency: without VAT, and the VAT on it."""

    excluding: Decimal
    vat: Decimal

    @property
    def including(self) -> Decimal:
        return self.excluding + self.vat


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def rate_of(code: Row | None) -> Decimal:
    """Return the fraction of a VAT code; types N (none) and B (base only) charge nothing."""
    if code is None or code["Type"] in ("N", "B"):
        return ZERO
    rate: Decimal = code["Percentage"]
    return rate


def includes_vat(code: Row | None) -> bool:
    """Say whether prices under this code include VAT."""
    return code is not None and code["Type"] == "I"


def from_price(code: Row | None, amount: Decimal, posted_vat: Decimal | None = None) -> Amounts:
    """Split an amount that is including or excluding VAT by the type of its code.

    A posted VAT amount is taken over when it is within five cents of the computed one; otherwise Refusal 500.
    """
    rate, amount = rate_of(code), cents(amount)
    vat = cents(amount * rate / (1 + rate)) if includes_vat(code) else cents(amount * rate)
    if posted_vat is not None:
        if abs(posted_vat - vat) > VAT_TOLERANCE:
            raise Refusal(500, invalid("VATAmount"))
        vat = cents(posted_vat)
    return Amounts(amount - vat if includes_vat(code) else amount, vat)


def from_charge(code: Row | None, excluding: Decimal | None, including: Decimal | None) -> Amounts:
    """Return the amounts of a charge line; the amount excluding VAT leads where both are given."""
    rate = rate_of(code)
    if excluding is not None:
        return Amounts(cents(excluding), cents(excluding * rate))
    total = cents(including or ZERO)
    vat = cents(total * rate / (1 + rate))
    return Amounts(total - vat, vat)


def total(parts: Iterable[Amounts]) -> Amounts:
    listed = list(parts)
    return Amounts(sum((part.excluding for part in listed), ZERO), sum((part.vat for part in listed), ZERO))
