"""Sales orders as they stand in Exact, and the draft of one that the hub wants to stand there."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

YOUR_REF_LENGTH = 30
"""Longest reference the hub sends; Exact publishes no length and older imports allow 30."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line to be posted: ``net_price`` per unit in the sense of the VAT code's kind (I: VAT included).

    ``gross`` is what Exact makes of it; ``vat`` is posted with it, None where Exact computes it. A charge that is
    booked as an item has no ``order_line_id``.
    """

    order_line_id: str | None
    item_id: str
    quantity: Decimal
    net_price: Decimal
    vat_code: str
    vat_rate: Decimal
    gross: Decimal
    vat: Decimal | None
    description: str


@dataclass(frozen=True, slots=True)
class DraftCharge:
    """A charge line, VAT included; shipping needs no ``charge_id``."""

    gross: Decimal
    vat_code: str
    vat_rate: Decimal
    description: str
    shipping: bool
    charge_id: str | None = None


@dataclass(frozen=True, slots=True)
class SalesOrderDraft:
    """All that is posted for one channel order; ``your_ref`` is deterministic, so a look-up finds it again.

    ``vat`` is the channel's own VAT on all of it, None where the channel does not state it for everything.
    """

    your_ref: str
    customer_id: str
    order_date: datetime
    currency: str
    description: str
    lines: tuple[DraftLine, ...]
    charges: tuple[DraftCharge, ...]
    total: Decimal
    warehouse_id: str | None = None
    shipping_method_id: str | None = None
    delivery_address_id: str | None = None
    vat: Decimal | None = None

    def fingerprint(self) -> str:
        """Return a SHA-256 over everything that matters, to notice a changed payload for one reference."""
        text = json.dumps(
            [
                self.your_ref,
                self.customer_id,
                self.delivery_address_id,
                self.currency,
                str(self.total),
                [repr(line) for line in self.lines],
                [repr(charge) for charge in self.charges],
            ]
        )
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SalesOrderLine:
    """A line as Exact stored it, with how much of it left and was invoiced (stock units)."""

    line_id: str
    item_id: str
    line_number: int
    quantity: Decimal
    amount: Decimal
    delivered: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)
    net_price: Decimal | None = None
    vat_code: str | None = None


@dataclass(frozen=True, slots=True)
class SalesOrder:
    """A sales order read back from Exact; amounts in the order's currency."""

    order_id: str
    order_number: int
    your_ref: str
    total: Decimal
    total_excluding_vat: Decimal
    status: int
    lines: tuple[SalesOrderLine, ...]
