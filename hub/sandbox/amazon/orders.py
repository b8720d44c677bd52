"""Orders as Amazon keeps them: pending until paid, then shipped package by package or cancelled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from hub.sandbox.amazon.listings import Listing
from hub.sandbox.amazon.marketplaces import Marketplace
from hub.sandbox.buyers import Buyer

LABEL_PROGRAMS = ("PRIME", "FBM_SHIP_PLUS")
"""Programmes whose parcels travel on labels bought from Amazon, which confirms them itself."""


@dataclass(slots=True)
class Item:
    """One order item; amounts in EUR including VAT, ``shipping`` and ``discount`` for the whole quantity."""

    item_id: str
    listing: Listing
    quantity: int
    unit_price: Decimal
    vat_rate: Decimal
    shipping: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    shipped: int = 0
    cancelled: int = 0
    wish: str | None = None  # why the buyer asked to cancel
    executed: tuple[str, str] | None = None  # who cancelled, and why

    @property
    def open(self) -> int:
        """Units neither shipped nor cancelled."""
        return self.quantity - self.shipped - self.cancelled

    @property
    def goods_total(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def total(self) -> Decimal:
        """What the buyer paid for this item."""
        return self.goods_total + self.shipping - self.discount


@dataclass(slots=True)
class Package:
    """Goods that left together; ``note`` is its place in the ledger, ``in_effect`` once the status followed."""

    reference: str
    carrier: str
    method: str | None
    tracking: str
    ship_time: datetime
    created_at: datetime
    parts: list[tuple[Item, int]]
    in_effect: bool = False
    note: int | None = None

    def holds(self, item: Item) -> int:
        return sum(quantity for each, quantity in self.parts if each is item)


@dataclass(slots=True)
class Order:
    """One order on one marketplace; windows are (earliest, latest) moments."""

    order_id: str
    marketplace: Marketplace
    placed_at: datetime
    updated_at: datetime
    buyer: Buyer
    items: list[Item]
    ship_by: tuple[datetime, datetime]
    deliver_by: tuple[datetime, datetime]
    by_amazon: bool = False
    pending: bool = False
    programs: list[str] = field(default_factory=list)
    packages: dict[str, Package] = field(default_factory=dict)
    pickup_point: str | None = None
    split_address: bool = False
    address_known: bool = True
    strange_status: bool = False

    @property
    def status(self) -> str:
        if self.cancelled:
            return "CANCELLED"
        if self.pending:
            return "PENDING"
        if not any(item.shipped for item in self.items):
            return "UNSHIPPED"
        return "PARTIALLY_SHIPPED" if self.open else "SHIPPED"

    @property
    def open(self) -> bool:
        return any(item.open for item in self.items)

    @property
    def cancelled(self) -> bool:
        return all(item.cancelled == item.quantity for item in self.items)

    @property
    def total(self) -> Decimal:
        """What the buyer paid, EUR including VAT and shipping."""
        return sum((item.total for item in self.items), Decimal(0))

    def packed(self, item: Item, without: str | None = None) -> int:
        """Return how many units of an item are in packages, leaving one reference out."""
        return sum(each.holds(item) for name, each in self.packages.items() if name != without)
