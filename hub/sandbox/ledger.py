"""The truth, kept by the simulated platforms themselves: who sold what, what stands where, what is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Units:
    """A number of units of one article."""

    sku: str
    quantity: int


@dataclass(slots=True)
class Sale:
    """One order a buyer placed on a channel. ``total`` is in EUR including VAT, shipping included."""

    channel: str
    external_id: str
    units: list[Units]
    total: Decimal
    at: datetime
    paid_at: datetime | None
    cancelled_at: datetime | None = None
    by_platform: bool = False  # shipped by the marketplace from its own warehouse


@dataclass(slots=True)
class SalesOrder:
    """One sales order that stands in Exact. Amounts in EUR."""

    order_id: str
    order_number: int
    your_ref: str
    units: list[Units]
    total: Decimal
    total_excluding_vat: Decimal
    at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a channel shows for an article from ``at`` on, and who changed it."""

    channel: str
    sku: str
    quantity: int
    at: datetime
    by: Literal["hub", "sale", "platform"]


@dataclass(frozen=True, slots=True)
class Free:
    """FreeStock of an article in Exact, summed over the warehouses of the main division."""

    sku: str
    quantity: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivered:
    """Goods of a sales order that left, with the tracking code if it is known already.

    A delivery noted again (its tracking came later) replaces its earlier notes.
    """

    order_id: str
    units: tuple[Units, ...]
    tracking: str | None
    at: datetime
    delivery_id: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A shipment that the channel knows of.

    ``mixed`` where one shipment has several tracking codes and nobody knows which parcel holds what; ``handle`` is the
    channel's own id of the shipment, where it has one.
    """

    channel: str
    external_id: str
    units: tuple[Units, ...]
    tracking: str | None
    carrier: str | None
    at: datetime
    mixed: bool = False
    handle: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """An invoice or a credit note in Exact. ``total`` is positive, in EUR including VAT.

    ``sales_orders`` are those that its lines name; a credit note that was posted on its own names none, and carries
    the number of the invoice in its reference.
    """

    number: int
    credit: bool
    your_ref: str
    sales_orders: tuple[str, ...]
    total: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Refunded:
    """Money that a channel gave back to a buyer, in EUR including VAT."""

    channel: str
    external_id: str
    refund_id: str
    amount: Decimal
    at: datetime


@dataclass(slots=True)
class Ledger:
    """Append-only notes of the platforms; ``report`` (see ``report.py``) draws the conclusions."""

    sales: dict[tuple[str, str], Sale] = field(default_factory=dict)
    sales_orders: dict[str, SalesOrder] = field(default_factory=dict)
    shown: list[Shown] = field(default_factory=list)
    free: list[Free] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    confirmed: list[Confirmed] = field(default_factory=list)
    booked: list[Booked] = field(default_factory=list)
    refunds: list[Refunded] = field(default_factory=list)
    outages: list[tuple[str, datetime, datetime | None]] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
