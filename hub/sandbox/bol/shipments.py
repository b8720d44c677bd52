"""Shipments and their transports as bol.com keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hub.sandbox.bol.orders import Item, Order


@dataclass(slots=True)
class Shipment:
    """Goods of one order that left together; ``items`` holds the units of each item in this parcel."""

    shipment_id: str
    transport_id: str
    order: Order
    items: list[tuple[Item, int]]
    at: datetime
    reference: str | None
    transporter: str | None
    tracking: str | None
    method: str
    note: int | None = None  # place of this shipment in the ledger
