"""Which VAT code of a division a treatment is booked with, and whether that code may be used on the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hub.domain.product import VatCode
from hub.domain.tax.rates import percent
from hub.domain.tax.treatment import Regime


@dataclass(frozen=True, slots=True)
class VatRule:
    """The code for sales taxed in a state or region at a rate (a fraction); without ``regime`` for every regime."""

    taxed_in: str
    rate: Decimal
    code: str
    regime: Regime | None = None

    @property
    def key(self) -> tuple[str, Decimal, Regime | None]:
        return self.taxed_in, self.rate.normalize(), self.regime


def mapped_code(rules: Iterable[VatRule], regime: Regime, taxed_in: str, rate: Decimal) -> str | None:
    """Return the code that fits best: the regime's own before any regime's, the region's before its state's."""
    by_key = {rule.key: rule.code for rule in rules}
    for place in dict.fromkeys((taxed_in, taxed_in.partition("-")[0])):
        for named in (regime, None):
            code = by_key.get((place, rate.normalize(), named))
            if code is not None:
                return code
    return None


def voucher_code(rules: Iterable[VatRule]) -> str | None:
    """Return the code for gift cards that are sold; only a rule that names the regime says it."""
    return next((rule.code for rule in rules if rule.regime is Regime.VOUCHER), None)


def vat_code_problem(code: VatCode, rate: Decimal, day: date | None = None, *, untaxed: bool = False) -> str | None:
    """Say why a VAT code may not be used for sales at a rate on a day; None if it may.

    Without a day its percentage of today counts. ``untaxed``: a regime without VAT, for which Exact's types N and B
    serve too.
    """
    if not code.usable_for_sales:
        return f"VAT code {code.code} is blocked or not meant for sales."
    percentage = code.percentage if day is None else code.percentage_on(day)
    if percentage is None:
        return f"VAT code {code.code} has no percentage on {day}."
    if percentage != rate:
        on = "" if day is None or percentage == code.percentage else f" on {day}"
        return f"VAT code {code.code} is {percent(percentage)}{on}, not {percent(rate)}."
    if code.kind not in (("I", "E", "N", "B") if untaxed else ("I", "E")):
        return f"VAT code {code.code} is neither including nor excluding VAT."
    return None
