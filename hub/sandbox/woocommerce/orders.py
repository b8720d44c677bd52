"""Orders as WooCommerce keeps them: lines in net and tax, statuses, trackings, refunds, notes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hub.sandbox.buyers import Buyer
from hub.sandbox.woocommerce.tax import CENT, MICRO, Rate, Split

Json = dict[str, Any]
STATUSES = {
    "pending": "Pending payment",
    "processing": "Processing",
    "on-hold": "On hold",
    "completed": "Completed",
    "cancelled": "Cancelled",
    "refunded": "Refunded",
    "failed": "Failed",
    "checkout-draft": "Draft",
}
REDUCING = frozenset({"processing", "completed", "on-hold"})
"""Statuses in which the stock of an order has been taken."""
PAID = frozenset({"processing", "completed"})
CLOSED = frozenset({"completed", "cancelled", "refunded", "failed", "trash"})


@dataclass(slots=True)
class Line:
    """One line: ``subtotal`` before the discount, ``total`` after it. An unknown product has id 0."""

    line_id: int
    product_id: int
    variation_id: int
    name: str
    quantity: int
    tax_class: str
    rate: Rate | None
    subtotal: Split
    total: Split
    meta: list[Json] = field(default_factory=list)
    taken: int = 0
    parent_name: str | None = None


@dataclass(slots=True)
class Extra:
    """A shipping or fee line."""

    line_id: int
    title: str
    rate: Rate | None
    amount: Split


@dataclass(slots=True)
class Coupon:
    """A discount that was spread over the lines."""

    line_id: int
    code: str
    net: Decimal
    tax: Decimal
    nominal: Decimal


@dataclass(slots=True)
class Tracking:
    """One entry of the shipment tracking plugin."""

    tracking_id: str
    number: str
    provider: str
    custom_provider: str
    link: str
    shipped: datetime
    noted: bool = False


@dataclass(slots=True)
class Note:
    """An order note; a customer note is mailed to the buyer."""

    note_id: int
    text: str
    customer_note: bool
    at: datetime
    author: str = "WooCommerce"


@dataclass(slots=True)
class Refund:
    """Money given back, perhaps for goods named by line."""

    refund_id: int
    amount: Decimal
    reason: str
    at: datetime
    lines: list[tuple[Line, int, Decimal, Decimal]]
    paid_back: bool


@dataclass(slots=True)
class Order:
    """One order; ``rate_lines`` remembers the id of the tax line of each rate."""

    order_id: int
    status: str
    created_at: datetime
    modified_at: datetime
    prices_include_tax: bool
    buyer: Buyer | None
    order_key: str
    lines: list[Line]
    shipping: list[Extra] = field(default_factory=list)
    fees: list[Extra] = field(default_factory=list)
    coupons: list[Coupon] = field(default_factory=list)
    rate_lines: dict[int, int] = field(default_factory=dict)
    paid_at: datetime | None = None
    completed_at: datetime | None = None
    meta: list[Json] = field(default_factory=list)
    trackings: list[Tracking] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    created_via: str = "checkout"
    payment: tuple[str, str] = ("ideal", "iDEAL")
    customer_note: str = ""
    transaction_id: str = ""
    billing: Json = field(default_factory=dict)
    delivery: Json = field(default_factory=dict)
    confirmed: bool = False
    rounds_on_order: bool = False
    gift_card: Decimal = Decimal(0)

    @property
    def extras(self) -> list[Extra]:
        return [*self.shipping, *self.fees]

    @property
    def cart_tax(self) -> Decimal:
        """Tax on lines and fees, without that on shipping."""
        goods = [(line.total, line.rate) for line in self.lines] + [(fee.amount, fee.rate) for fee in self.fees]
        return self._rounded(_sum(self.tax(*each) for each in goods))

    @property
    def shipping_net(self) -> Decimal:
        return _sum(each.amount.net for each in self.shipping)

    @property
    def shipping_tax(self) -> Decimal:
        return self._rounded(_sum(self.tax(each.amount, each.rate) for each in self.shipping))

    def tax(self, amount: Split, rate: Rate | None) -> Decimal:
        """Return the tax on an amount: in cents, or with more decimals where only the order's is rounded."""
        if not self.rounds_on_order:
            return amount.tax
        return (amount.exact * (rate.percent if rate else 0) / 100).quantize(MICRO)

    def _rounded(self, tax: Decimal) -> Decimal:
        return tax.quantize(CENT, ROUND_HALF_UP)

    @property
    def worth(self) -> Decimal:
        """What all comes to, EUR including VAT, however it is paid."""
        if not self.rounds_on_order:
            return _sum(line.total.gross for line in self.lines) + _sum(each.amount.gross for each in self.extras)
        nets = [*(line.total.exact for line in self.lines), *(each.amount.exact for each in self.extras)]
        return self._rounded(_sum(nets) + self.cart_tax + self.shipping_tax)

    @property
    def total(self) -> Decimal:
        """What the buyer pays beside a gift card of a plugin, which takes it off here, EUR including VAT."""
        return self.worth - self.gift_card

    @property
    def refunded(self) -> Decimal:
        return _sum(each.amount for each in self.refunds)

    def taxes(self) -> dict[Rate, tuple[Decimal, Decimal]]:
        """Return per rate the tax on goods and fees, and that on shipping."""
        found: dict[Rate, tuple[Decimal, Decimal]] = {}
        goods = [(line.rate, self.tax(line.total, line.rate), Decimal()) for line in self.lines]
        goods += [(fee.rate, self.tax(fee.amount, fee.rate), Decimal()) for fee in self.fees]
        shipping = [(each.rate, Decimal(), self.tax(each.amount, each.rate)) for each in self.shipping]
        for rate, on_goods, on_shipping in [*goods, *shipping]:
            if rate is not None:
                before = found.get(rate, (Decimal(), Decimal()))
                found[rate] = (before[0] + on_goods, before[1] + on_shipping)
        return found


def _sum(amounts: Any) -> Decimal:
    return sum(amounts, Decimal())
