"""Amounts: exact decimals in the shop's currency, written as Shopify writes them, in two currencies."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
NOTHING = Decimal(0)
SHOP_CURRENCY = "EUR"


def cents(amount: Decimal) -> Decimal:
    """Round to whole cents, halves up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def written(amount: Decimal) -> str:
    """Write an amount with at least one decimal and no needless zero: 14.0, 10.05."""
    text = f"{cents(amount):f}"
    return text[:-1] if text.endswith("0") else text


def tax_of(amount: Decimal, rate: Decimal, *, included: bool) -> Decimal:
    """Return the tax in an amount, or on top of it; ``rate`` is a fraction."""
    return cents(amount * rate / (1 + rate) if included else amount * rate)


@dataclass(frozen=True, slots=True)
class Purse:
    """The two currencies of one order; ``rate`` is units of ``currency`` for one unit of the shop's."""

    currency: str = SHOP_CURRENCY
    rate: Decimal = Decimal(1)

    def bag(self, amount: Decimal) -> dict[str, Any]:
        """Return a MoneyBag of an amount in the shop's currency."""
        return {
            "shopMoney": coins(amount, SHOP_CURRENCY),
            "presentmentMoney": coins(cents(amount * self.rate), self.currency),
        }


def coins(amount: Decimal, currency: str) -> dict[str, Any]:
    """Return a MoneyV2."""
    return {"__typename": "MoneyV2", "amount": written(amount), "currencyCode": currency}
