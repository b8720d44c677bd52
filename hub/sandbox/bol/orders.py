"""Orders as bol.com keeps them: items that are open until shipped, cancelled or expired."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from hub.sandbox.buyers import Buyer


@dataclass(frozen=True, slots=True)
class Discount:
    """An amount in EUR including VAT that bol takes off the line total."""

    title: str
    amount: Decimal


@dataclass(slots=True)
class Item:
    """One order item. ``placed`` is its place in the order of all happenings; prices are EUR including VAT."""

    item_id: str
    sku: str
    ean: str
    title: str
    offer_id: str
    method: str
    quantity: int
    unit_price: Decimal
    placed: int
    changed_at: datetime
    discounts: list[Discount] = field(default_factory=list)
    distribution: str = "RETAILER"
    shipped: list[tuple[int, int]] = field(default_factory=list)
    cancelled: int = 0
    cancellation_request: bool = False
    product_known: bool = True
    offer_known: bool = True

    @property
    def quantity_shipped(self) -> int:
        return sum(quantity for _, quantity in self.shipped)

    @property
    def open(self) -> int:
        """Units neither shipped nor cancelled."""
        return self.quantity - self.quantity_shipped - self.cancelled

    @property
    def total_price(self) -> Decimal:
        """EUR including VAT after discounts."""
        return self.unit_price * self.quantity - sum((each.amount for each in self.discounts), Decimal())

    @property
    def kept(self) -> int:
        """Units that the buyer gets."""
        return self.quantity - self.cancelled

    @property
    def worth(self) -> Decimal:
        """What the buyer pays for the units that he gets, EUR including VAT."""
        return (self.total_price * self.kept / self.quantity).quantize(Decimal("0.01"))

    @property
    def commission(self) -> Decimal:
        return (self.total_price * Decimal("0.12")).quantize(Decimal("0.01"))

    def ship(self, quantity: int, happening: int, at: datetime) -> None:
        self.shipped.append((happening, quantity))
        self.changed_at = at

    def cancel_open(self, at: datetime) -> None:
        """Cancel what is still open; the whole of it, bol knows no quantity here."""
        self.cancelled += self.open
        self.changed_at = at


@dataclass(slots=True)
class Order:
    """One customer order; ``expires_at`` is when bol cancels what is still open."""

    order_id: str
    placed_at: datetime
    expires_at: datetime
    expiry_shown: datetime
    buyer: Buyer
    items: list[Item]
    pickup_point: str | None = None
    phone_shown: bool = False

    @property
    def changed_at(self) -> datetime:
        return max(item.changed_at for item in self.items)

    @property
    def open(self) -> bool:
        return any(item.open for item in self.items)

    @property
    def cancelled(self) -> bool:
        return all(item.cancelled == item.quantity for item in self.items)

    @property
    def total(self) -> Decimal:
        """What the buyer paid, EUR including VAT."""
        return sum((item.total_price for item in self.items), Decimal())
