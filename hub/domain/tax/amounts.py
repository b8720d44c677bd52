"""Amounts with and without VAT, and a charge shared over goods of several rates, all to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import TypeVar

from hub.domain.money import CENT, cents, total, vat_within

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Parts:
    """One amount taken apart; ``net + vat == gross`` to the cent."""

    net: Decimal
    vat: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.vat


def parts_of(amount: Decimal, rate: Decimal, *, includes_vat: bool) -> Parts:
    """Take an amount apart at a rate (a fraction); ``includes_vat`` says what the amount is."""
    if includes_vat:
        vat = vat_within(amount, rate)
        return Parts(amount - vat, vat)
    return Parts(amount, cents(amount * rate))


def share_out(amount: Decimal, worth: Mapping[K, Decimal]) -> dict[K, Decimal]:
    """Share an amount in proportion to the worth of each part; the shares add up to it to the cent.

    Cents that are left over go to the parts that lost most by rounding, the earlier one first. A worth of nothing at
    all puts the whole amount on the first part. Raises ValueError where there is no part.
    """
    if not worth:
        raise ValueError("there is nothing to share an amount over")
    whole = total(worth.values())
    if whole <= 0:
        first = next(iter(worth))
        return {key: amount if key == first else Decimal(0) for key in worth}
    exact = {key: amount * part / whole for key, part in worth.items()}
    shares = {key: value.quantize(CENT, rounding=ROUND_DOWN) for key, value in exact.items()}
    return _with_left_over(amount, exact, shares)


def _with_left_over(amount: Decimal, exact: Mapping[K, Decimal], shares: dict[K, Decimal]) -> dict[K, Decimal]:
    left = amount - total(shares.values())
    step = CENT if left > 0 else -CENT
    for key in sorted(exact, key=lambda key: abs(shares[key] - exact[key]), reverse=True):
        if abs(left) < CENT:
            break
        shares[key] += step
        left -= step
    return shares
