"""The facts that VAT on one line follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from hub.domain.tax.evidence import TaxBuyer, UnknownPolicy
from hub.domain.tax.oss import Oss
from hub.domain.tax.rates import Goods


class DeemedScheme(StrEnum):
    """How a marketplace says that it is the supplier: by the union or import one stop shop, or as a facilitator."""

    UNION = "uoss"
    IMPORT = "ioss"
    FACILITATOR = "facilitator"


@dataclass(frozen=True, slots=True)
class Seller:
    """The seller as far as VAT asks.

    ``home`` is where it is established (ISO); ``numbers`` maps each member state where it has a VAT number
    (its home need not be named) to that number, None where it need not be known.
    ``stock_abroad``: some of its goods are sent from another member state, which takes the threshold away.
    """

    home: str
    numbers: Mapping[str, str | None] = field(default_factory=dict)
    oss: Oss = field(default_factory=Oss)
    stock_abroad: bool = False
    unknown: UnknownPolicy = UnknownPolicy.HOLD

    def registered_in(self, state: str) -> bool:
        return state == self.home or state in self.numbers


@dataclass(frozen=True, slots=True)
class Supply:
    """One line as sold. Countries are ISO 3166-1 alpha-2.

    ``home_rate`` is the percentage of the item's own VAT code, a fraction: what it carries in the seller's country.
    ``sale`` is the worth of the whole order's goods in EUR without VAT, which counts towards the threshold.
    ``day`` is the day of the order in the seller's calendar. ``voucher`` marks a gift card that is sold.
    """

    day: date
    ships_from: str | None
    ships_to: str | None
    to_postcode: str | None = None
    from_postcode: str | None = None
    buyer: TaxBuyer = field(default_factory=TaxBuyer)
    goods: Goods = Goods.STANDARD
    home_rate: Decimal | None = None
    deemed: DeemedScheme | None = None
    sale: Decimal = Decimal(0)
    voucher: bool = False
