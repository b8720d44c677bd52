"""The shop's tax table, and how a price falls apart into net and tax. Rates are percentages, amounts EUR."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

CENT, MICRO = Decimal("0.01"), Decimal("0.000001")
STANDARD, REDUCED = "", "reduced-rate"


@dataclass(frozen=True, slots=True)
class Rate:
    """One row of the tax table; ``tax_class`` is empty for the standard rate."""

    rate_id: int
    country: str
    percent: Decimal
    tax_class: str

    @property
    def label(self) -> str:
        return f"BTW {self.percent.normalize():f}%"

    @property
    def code(self) -> str:
        return f"{self.country}-{self.label}-1"


@dataclass(frozen=True, slots=True)
class Split:
    """An amount in net and tax, both in whole cents; ``exact`` is the net before rounding."""

    net: Decimal
    tax: Decimal
    exact: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def tax_table(by_destination: bool) -> list[Rate]:
    """Return the rates: Dutch ones for all three countries, or each country's own (one-stop shop)."""
    own = {"NL": (21, 9), "BE": (21, 6), "DE": (19, 7)}
    dutch = dict.fromkeys(own, (21, 9))
    rows = own if by_destination else dutch
    standard = [(country, pair[0], STANDARD) for country, pair in rows.items()]
    reduced = [(country, pair[1], REDUCED) for country, pair in rows.items()]
    return [
        Rate(number, country, Decimal(percent), tax_class)
        for number, (country, percent, tax_class) in enumerate([*standard, *reduced], start=1)
    ]


def split_gross(gross: Decimal, rate: Rate | None) -> Split:
    """Take the tax out of a price that includes it; half cents of tax round down, as the shop does."""
    exact = gross / (1 + (rate.percent if rate else 0) / Decimal(100))
    tax = (gross - exact).quantize(CENT, ROUND_HALF_DOWN)
    return Split(gross - tax, tax, exact.quantize(MICRO))


def split_net(net: Decimal, rate: Rate | None) -> Split:
    """Put the tax on top of a net amount."""
    tax = (net * (rate.percent if rate else 0) / Decimal(100)).quantize(CENT, ROUND_HALF_UP)
    return Split(net, tax, net)
