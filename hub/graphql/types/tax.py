"""How a business stands with VAT."""

from __future__ import annotations

from decimal import Decimal
from typing import Self

import strawberry

from hub.domain.tax import UnknownPolicy
from hub.domain.tax import profile as domain


@strawberry.type(description="A VAT number of the business itself.")
class OwnVatNumber:
    state: str
    number: str


@strawberry.type(description="Distance sales of a calendar year that the hub has not seen.")
class CarriedSales:
    year: int
    amount: Decimal = strawberry.field(description="EUR without VAT.")


@strawberry.type(description="How the business stands with VAT.")
class TaxProfile:
    home: str = strawberry.field(description="The member state where it is established.")
    numbers: list[OwnVatNumber]
    oss_country: str | None = strawberry.field(description="Where distance sales are declared; null outside the OSS.")
    opted: bool = strawberry.field(description="Whether the threshold for distance sales was waived.")
    stock_abroad: bool = strawberry.field(description="Whether goods leave from another member state too.")
    unknown: UnknownPolicy
    carried: list[CarriedSales]

    @classmethod
    def of(cls, one: domain.TaxProfile) -> Self:
        return cls(
            home=one.home,
            numbers=[OwnVatNumber(state=state, number=number) for state, number in sorted(one.numbers.items())],
            oss_country=one.oss_country,
            opted=one.opted,
            stock_abroad=one.stock_abroad,
            unknown=one.unknown,
            carried=[CarriedSales(year=year, amount=amount) for year, amount in sorted(one.carried.items())],
        )
