"""Products: what the wholesaler sells, as its ERP knows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ErpItem:
    """One item of one Exact division. ``vat_code`` is the division's own code for sales.

    It is sold until ``ends_at`` (UTC); ``fractional`` says that parts of its unit may be sold.
    ``cost_price`` is for one stock unit, without VAT, in ``cost_currency`` (None: the division's own); None where the
    books keep none.
    """

    division: int
    item_id: str
    code: str
    ean: str | None
    description: str
    vat_code: str | None
    unit: str | None = None
    is_stock_item: bool = True
    is_sales_item: bool = True
    ended: bool = False
    ends_at: datetime | None = None
    fractional: bool = False
    cost_price: Decimal | None = None
    cost_currency: str | None = None


@dataclass(frozen=True, slots=True)
class ItemLife:
    """How an item of a division may be sold now."""

    division: int
    ended: bool
    sold: bool
    stocked: bool
    fractional: bool

    @property
    def on_sale(self) -> bool:
        return self.sold and not self.ended


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A stock location within a division; a division is a company, never a warehouse."""

    division: int
    warehouse_id: str
    code: str
    description: str
    main: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """An account in a division that sales may be booked on, where ``is_customer``: of status C, and not blocked.

    Numbers are in one way of writing; ``status`` is Exact's: A none, S suspect, P prospect, C customer. ``country``
    is ISO.
    """

    division: int
    account_id: str
    code: str
    name: str
    is_customer: bool = True
    vat_number: str | None = None
    chamber_of_commerce: str | None = None
    country: str | None = None
    status: str | None = None
    blocked: bool | None = None


@dataclass(frozen=True, slots=True)
class Division:
    """A company (administration) in Exact; limits count per division."""

    code: int
    description: str
    country: str | None = None
    currency: str = "EUR"


@dataclass(frozen=True, slots=True)
class ShippingMethod:
    """A way of shipping known to a division; ``tracking_url`` is the carrier's URL pattern."""

    division: int
    method_id: str
    code: str
    description: str
    tracking_url: str | None = None


@dataclass(frozen=True, slots=True)
class VatPeriod:
    """What a VAT code carries from one day to another, both included; None as ``until`` while it goes on.

    Source: Exact's vat/VatPercentages, rows of type 0.
    """

    percentage: Decimal
    since: date | None = None
    until: date | None = None

    def holds(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class VatCode:
    """A VAT code of a division; ``percentage`` is a fraction (0.21), the one of today.

    ``kind``: ``I`` prices include VAT, ``E`` exclude it, ``N`` none, ``B`` both.
    ``transaction``: ``S`` sales, ``P`` purchase, ``B`` both (Exact: vat/VATCodes).
    """

    division: int
    code: str
    description: str
    percentage: Decimal
    kind: str
    transaction: str
    blocked: bool = False
    periods: tuple[VatPeriod, ...] = ()

    def percentage_on(self, day: date) -> Decimal | None:
        """Return the fraction on a day; where no periods are known, that of today; None where none holds."""
        if not self.periods:
            return self.percentage
        return next((period.percentage for period in self.periods if period.holds(day)), None)

    @property
    def usable_for_sales(self) -> bool:
        return not self.blocked and self.transaction in ("B", "S")
