"""Deliveries and parcels: goods that left, and what the channel must be told of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """Units of one sales order line that left; ``tracking`` on the line wins over the header's."""

    sales_order_line_id: str
    quantity: Decimal
    tracking: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A goods delivery in Exact; its lines may belong to several sales orders."""

    entry_id: str
    number: int
    delivered_at: datetime
    tracking: str | None
    shipping_method_id: str | None
    lines: tuple[DeliveryLine, ...]


class ParcelStatus(StrEnum):
    """``WAITING`` for a tracking code · ``READY`` to be told · ``SENT`` accepted for processing, or an
    attempt began · ``CONFIRMED`` known by the channel · ``FAILED`` refused for good.
    """

    WAITING = "waiting"
    READY = "ready"
    SENT = "sent"
    CONFIRMED = "confirmed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ShippedUnits:
    """Units of one channel order line in one parcel."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Shipment:
    """One parcel to be confirmed on a channel, once.

    ``reference`` is deterministic per parcel and at most 90 characters, so a lost answer can be looked up.
    ``carrier`` is the platform's own carrier code. ``completes`` says that nothing of the order remains to be shipped.
    """

    reference: str
    external_order_id: str
    units: tuple[ShippedUnits, ...]
    carrier: str | None
    tracking: str | None
    shipped_at: datetime
    completes: bool


class CancelReason(StrEnum):
    """Why the seller does not deliver; platforms have words of their own for each."""

    NO_STOCK = "no_stock"
    BUYER_ASKED = "buyer_asked"
    ADDRESS = "address"
    PRICE_ERROR = "price_error"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Units of one channel order that the seller will not deliver; ``whole`` says that nothing of it remains wanted.

    ``reference`` is deterministic per cancellation and at most 90 characters.
    """

    reference: str
    external_order_id: str
    units: tuple[ShippedUnits, ...]
    reason: CancelReason
    whole: bool
