"""Vendure's amounts, and the charges beside the lines of an order.

Amounts are whole numbers with as many decimals as the server's ``moneyStrategyPrecision`` tells, two by default.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from hub.adapters.fields import Fields, unreadable
from hub.domain.money import CENT
from hub.domain.order import Charge, ChargeKind

MOST_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Amounts:
    """Reads the amounts of one server, in units of the order's currency."""

    precision: int

    @classmethod
    def of(cls, answer: Fields) -> Amounts:
        settings = answer.maybe_child("globalSettings")
        config = settings.maybe_child("serverConfig") if settings else None
        precision = config.count("moneyStrategyPrecision", 2) if config else 2
        if not 0 <= precision <= MOST_DECIMALS:
            raise unreadable(f"{config.where if config else ''}.moneyStrategyPrecision is {precision}")
        return cls(precision)

    def read(self, fields: Fields, key: str) -> Decimal:
        return fields.amount(key).scaleb(-self.precision)

    def vat(self, fields: Fields, net: str, gross: str) -> Decimal:
        return self.read(fields, gross) - self.read(fields, net)


def rate(fields: Fields) -> Decimal:
    """Return a tax rate as a fraction."""
    return fields.amount("taxRate") / 100


def charges(order: Fields, money: Amounts) -> Iterator[Charge]:
    """Yield shipping and surcharges; what costs nothing is left out, and a negative surcharge is a discount."""
    for line in order.children("shippingLines"):
        gross = money.read(line, "discountedPriceWithTax")
        vat = money.vat(line, "discountedPrice", "discountedPriceWithTax")
        method = line.maybe_child("shippingMethod")
        title = method.maybe_text("name") if method else None
        if gross:
            yield Charge(ChargeKind.SHIPPING, title or "shipping", gross, _shipping_rate(order, gross, vat), vat)
    for line in order.children("surcharges"):
        gross, vat = money.read(line, "priceWithTax"), money.vat(line, "price", "priceWithTax")
        kind = ChargeKind.DISCOUNT if gross < 0 else ChargeKind.FEE
        if gross:
            yield Charge(kind, line.maybe_text("description") or kind.value, gross, rate(line), vat)


def _shipping_rate(order: Fields, gross: Decimal, vat: Decimal) -> Decimal | None:
    """Return the rate on shipping, which Vendure does not tell: the one of the order's rates that gives this VAT.

    None where none does (a shipment taxed at several rates).
    """
    rates = {rate(row) for row in order.children("taxSummary")} | {Decimal(0)}
    fitting = [each for each in rates if abs((gross - vat) * each - vat) <= CENT]
    return min(fitting, key=lambda each: abs((gross - vat) * each - vat)) if fitting else None
