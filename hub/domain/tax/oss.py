"""One threshold for distance sales in the whole union, over all channels (VAT directive, article 59c)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

THRESHOLD = Decimal(10_000)
"""EUR without VAT in a calendar year, over all member states together; exactly this much does not exceed it."""


@dataclass(frozen=True, slots=True)
class Oss:
    """Where a seller stands with its distance sales.

    ``registered``: declares them in the one stop shop. ``opted``: waived the threshold, which binds two years.
    ``this_year`` and ``last_year``: EUR without VAT of the calendar year of the sale, before it, and of the one before.
    """

    registered: bool = False
    opted: bool = False
    this_year: Decimal = Decimal(0)
    last_year: Decimal = Decimal(0)

    def exceeded_with(self, sale: Decimal) -> bool:
        """Say whether the threshold is behind the seller, this sale (EUR without VAT) counted in."""
        return self.last_year > THRESHOLD or self.this_year + sale > THRESHOLD

    def says(self, sale: Decimal) -> str:
        """Return both years and the sale in words."""
        return (
            f"distance sales {self.last_year:.2f} EUR last year, {self.this_year:.2f} EUR this year before this sale "
            f"of {sale:.2f} EUR; the threshold is {THRESHOLD} EUR"
        )
