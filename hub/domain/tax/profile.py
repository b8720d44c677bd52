"""How a tenant stands with VAT: where it is established and registered, its one stop shop, and what it wants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from hub.domain.tax.evidence import UnknownPolicy
from hub.domain.tax.oss import Oss
from hub.domain.tax.places import WITH_UNION_RULES
from hub.domain.tax.supply import Seller
from hub.domain.tax.vat_number import Form, VatNumber, read_vat_number


@dataclass(frozen=True, slots=True)
class TaxProfile:
    """A tenant's standing. Without one, VAT follows the channel's own rates as mapped, and nothing else.

    ``home`` is where it is established (ISO). ``numbers`` maps the states where it has a VAT number to that number;
    its own at home lets the register give consultation numbers. ``oss_country`` is where it declares distance sales,
    None where it is not in the one stop shop. ``opted`` waives the threshold. ``stock_abroad``: goods leave from
    another state too. ``carried`` holds EUR without VAT of distance sales by calendar year that the hub has not seen.
    """

    home: str
    numbers: Mapping[str, str] = field(default_factory=dict)
    oss_country: str | None = None
    opted: bool = False
    stock_abroad: bool = False
    unknown: UnknownPolicy = UnknownPolicy.HOLD
    carried: Mapping[int, Decimal] = field(default_factory=dict)

    @property
    def requester(self) -> VatNumber | None:
        """The tenant's own number, to ask the register with; None where it is not known or cannot be one."""
        own = self.numbers.get(self.home)
        number = read_vat_number(own, self.home) if own else None
        return number if number is not None and number.form is Form.GOOD else None

    def seller(self, year: int, sold: Mapping[int, Decimal]) -> Seller:
        """Return the seller in a calendar year; ``sold`` holds EUR of distance sales that the hub saw, by year."""
        return Seller(
            home=self.home,
            numbers=self.numbers,
            oss=Oss(
                registered=self.oss_country is not None,
                opted=self.opted,
                this_year=self._sales(year, sold),
                last_year=self._sales(year - 1, sold),
            ),
            stock_abroad=self.stock_abroad,
            unknown=self.unknown,
        )

    def _sales(self, year: int, sold: Mapping[int, Decimal]) -> Decimal:
        return self.carried.get(year, Decimal(0)) + sold.get(year, Decimal(0))


def profile_problem(profile: TaxProfile) -> tuple[str, str] | None:
    """Return the field that cannot be and why; None for a profile that can."""
    if profile.home not in WITH_UNION_RULES:
        return "home", "Give the member state where the business is established, such as NL."
    if profile.oss_country is not None and profile.oss_country not in WITH_UNION_RULES:
        return "ossCountry", "Give the member state where distance sales are declared."
    for state, text in profile.numbers.items():
        number = read_vat_number(text, state)
        if number.form is not Form.GOOD or number.state != state:
            return "numbers", f"{text} is no VAT number of {state}."
    if any(amount < 0 for amount in profile.carried.values()):
        return "carried", "Sales of a year are zero or more."
    return None
