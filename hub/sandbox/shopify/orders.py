"""Orders as the shop keeps them; every amount is in the shop's currency, presentment follows by the order's rate."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from hub.sandbox.buyers import Buyer
from hub.sandbox.shopify.goods import Location, Variant
from hub.sandbox.shopify.money import NOTHING, Purse, cents

OPEN_STATUSES = frozenset({"OPEN", "IN_PROGRESS", "SCHEDULED"})
"""Statuses in which a fulfilment order can be fulfilled."""


@dataclass(slots=True)
class Discount:
    """A discount application: a code over the whole order, or the seller's own on one line."""

    index: int
    title: str
    amount: Decimal | None = None
    percentage: Decimal | None = None
    code: str | None = None


@dataclass(slots=True)
class Line:
    """One line. ``quantity`` as ordered, ``current`` after edits and removals; ``unit`` as the shop prices it."""

    number: int
    title: str
    variant_title: str
    sku: str | None
    variant: Variant | None
    product_number: int
    quantity: int
    current: int
    unit: Decimal
    rate: Decimal
    added: bool = False
    fulfilled: int = 0
    refunded: int = 0
    gift_card: bool = False
    discounts: list[tuple[Discount, Decimal]] = field(default_factory=list)

    @property
    def discount(self) -> Decimal:
        return sum((amount for _, amount in self.discounts), NOTHING)

    def amount(self, quantity: int) -> Decimal:
        """Return what so many units cost after discounts."""
        share = cents(self.discount * quantity / self.quantity) if self.quantity else NOTHING
        return self.unit * quantity - share


@dataclass(slots=True)
class Shipping:
    """One shipping line."""

    number: int
    title: str
    price: Decimal
    rate: Decimal
    refunded: bool = False


@dataclass(slots=True)
class Transaction:
    """Money that moved, or is expected to."""

    number: int
    kind: str
    status: str
    gateway: str
    amount: Decimal
    at: datetime
    parent: Transaction | None = None


@dataclass(slots=True)
class Refund:
    """Money given back; ``lines`` with quantity and whether the goods were restocked."""

    number: int
    at: datetime
    note: str
    lines: list[tuple[int, Line, int, bool]]
    shipping: list[Shipping]
    transactions: list[Transaction]

    @property
    def amount(self) -> Decimal:
        return sum((each.amount for each in self.transactions), NOTHING)


@dataclass(slots=True)
class Task:
    """One line of a fulfilment order."""

    number: int
    line: Line
    total: int
    remaining: int


@dataclass(slots=True)
class FulfilmentOrder:
    """What one location has to send."""

    number: int
    order: Order
    location: Location
    status: str
    tasks: list[Task]
    created_at: datetime
    updated_at: datetime
    hold: int | None = None

    @property
    def remaining(self) -> int:
        return sum(task.remaining for task in self.tasks)


@dataclass(slots=True)
class Tracking:
    """A parcel's carrier, number and link."""

    company: str | None
    number: str | None
    url: str | None


@dataclass(slots=True)
class Fulfilment:
    """Goods that left; ``sent`` holds line number of its own, task and quantity."""

    number: int
    order: Order
    location: Location
    name: str
    sent: list[tuple[int, Task, int]]
    sources: list[FulfilmentOrder]
    tracking: list[Tracking]
    created_at: datetime
    updated_at: datetime
    status: str = "SUCCESS"


@dataclass(slots=True)
class Order:
    """One order. ``stamps`` are the moments it changed: the search index learns them late."""

    number: int
    sequence: int
    created_at: datetime
    stamps: list[datetime]
    buyer: Buyer
    customer_number: int
    taxes_included: bool
    purse: Purse
    lines: list[Line]
    shipping: list[Shipping] = field(default_factory=list)
    discounts: list[Discount] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    fulfilment_orders: list[FulfilmentOrder] = field(default_factory=list)
    fulfilments: list[Fulfilment] = field(default_factory=list)
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    staff_note: str | None = None
    closed_at: datetime | None = None
    edited: bool = False
    note: str | None = None
    tags: list[str] = field(default_factory=list)
    channel_liable: bool = False

    @property
    def updated_at(self) -> datetime:
        return self.stamps[-1]

    @property
    def name(self) -> str:
        return f"#{self.sequence}"

    @property
    def received(self) -> Decimal:
        return self._moved("SALE", "CAPTURE")

    @property
    def refunded(self) -> Decimal:
        return self._moved("REFUND")

    def _moved(self, *kinds: str) -> Decimal:
        done = (each for each in self.transactions if each.status == "SUCCESS" and each.kind in kinds)
        return sum((each.amount for each in done), NOTHING)
