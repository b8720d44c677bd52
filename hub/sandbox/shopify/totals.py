"""What an order comes to: as placed, and as it stands after edits and refunds."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from hub.sandbox.shopify.money import NOTHING, tax_of
from hub.sandbox.shopify.orders import Line, Order


@dataclass(slots=True)
class Totals:
    """Amounts in the shop's currency; ``taxes`` by rate, on goods and shipping together."""

    quantity: int = 0
    gross: Decimal = NOTHING
    discounts: Decimal = NOTHING
    shipping: Decimal = NOTHING
    taxes: dict[Decimal, Decimal] = field(default_factory=dict)
    included: bool = True

    @property
    def subtotal(self) -> Decimal:
        return self.gross - self.discounts

    @property
    def tax(self) -> Decimal:
        return sum(self.taxes.values(), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping + (NOTHING if self.included else self.tax)

    def charge(self, amount: Decimal, rate: Decimal) -> None:
        self.taxes[rate] = self.taxes.get(rate, NOTHING) + tax_of(amount, rate, included=self.included)


def placed(order: Order) -> Totals:
    """Return the totals as first placed; lines that an edit added do not count."""
    return _sum(order, {id(line): 0 if line.added else line.quantity for line in order.lines}, current=False)


def current(order: Order) -> Totals:
    """Return the totals as they stand now; a cancelled order comes to nothing."""
    return _sum(order, {id(line): line.current for line in order.lines}, current=True)


def _sum(order: Order, quantities: dict[int, int], *, current: bool) -> Totals:
    found = Totals(included=order.taxes_included)
    for line in order.lines:
        _add(found, line, quantities[id(line)])
    for each in order.shipping:
        if current and (each.refunded or order.cancelled_at is not None):
            continue
        found.shipping += each.price
        found.charge(each.price, each.rate)
    return found


def _add(found: Totals, line: Line, quantity: int) -> None:
    amount = line.amount(quantity)
    found.quantity += quantity
    found.gross += line.unit * quantity
    found.discounts += line.unit * quantity - amount
    found.charge(amount, line.rate)


def outstanding(order: Order) -> Decimal:
    """Return what the buyer still owes; negative where money must go back."""
    return current(order).total - (order.received - order.refunded)


def financial_status(order: Order) -> str:
    """Return the displayFinancialStatus."""
    received, refunded = order.received, order.refunded
    if not received:
        if order.cancelled_at is not None:
            return "VOIDED"
        return "AUTHORIZED" if any(each.kind == "AUTHORIZATION" for each in order.transactions) else "PENDING"
    if refunded:
        return "REFUNDED" if refunded >= received else "PARTIALLY_REFUNDED"
    return "PARTIALLY_PAID" if received < current(order).total else "PAID"


def fulfilment_status(order: Order) -> str:
    """Return the displayFulfillmentStatus."""
    sent = sum(line.fulfilled for line in order.lines)
    left = sum(task.remaining for each in order.fulfilment_orders for task in each.tasks)
    statuses = {each.status for each in order.fulfilment_orders}
    if sent:
        return "PARTIALLY_FULFILLED" if left else "FULFILLED"
    if "ON_HOLD" in statuses:
        return "ON_HOLD"
    return "IN_PROGRESS" if "IN_PROGRESS" in statuses else "UNFULFILLED"
