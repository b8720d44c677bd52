"""An order and the books as forwarding sees them, and how it says that an order must wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.money import cents
from hub.domain.order import Charge, HoldCause, Payment
from hub.domain.product import ErpItem, VatCode
from hub.domain.tax.supply import DeemedScheme

BOOKS_ZONE = ZoneInfo("Europe/Amsterdam")
"""Books keep calendar days; an order of late evening belongs to the day it was placed on there."""


class Hold(Exception):
    """The order must wait for a person; ``detail`` shows what differs, without personal data."""

    def __init__(self, cause: HoldCause, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message
        self.detail = detail


@dataclass(frozen=True, slots=True)
class LineToForward:
    """One stored order line with its product resolved; amounts are for the whole ``quantity`` of offers."""

    line_id: str
    title: str
    sku: str | None
    product_id: str | None
    units_per_offer: Decimal
    quantity: int
    cancelled: int
    gross: Decimal
    vat_rate: Decimal | None
    vat: Decimal | None
    deemed: DeemedScheme | None = None
    discount: Decimal = Decimal(0)
    paid_by_platform: Decimal = Decimal(0)
    voucher: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        return self.sku or self.title

    @property
    def wanted(self) -> int:
        return self.quantity - self.cancelled

    def share(self, amount: Decimal) -> Decimal:
        """Return the part of an amount that falls to the units still wanted, in cents."""
        return amount if not self.cancelled else cents(amount * self.wanted / self.quantity)


@dataclass(frozen=True, slots=True)
class OrderToForward:
    """A stored order as far as its books are concerned; ``total`` includes VAT and charges."""

    external_id: str
    number: str
    placed_at: datetime
    currency: str
    total: Decimal
    lines: tuple[LineToForward, ...]
    charges: tuple[Charge, ...]
    payments: tuple[Payment, ...] = ()

    @property
    def wanted(self) -> list[LineToForward]:
        """The lines of which something is still wanted."""
        return [line for line in self.lines if line.wanted > 0]


@dataclass(frozen=True, slots=True)
class Books:
    """What the division knows: items by product id, VAT codes by code, its own currency, the zone of its days."""

    items: Mapping[str, ErpItem]
    vat_codes: Mapping[str, VatCode]
    currency: str = "EUR"
    zone: tzinfo = BOOKS_ZONE

    def day_of(self, order: OrderToForward) -> date:
        """Return the calendar day of an order."""
        return order.placed_at.astimezone(self.zone).date()
