"""Orders as buyers placed them on a channel, in one vocabulary for all channels."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from hub.domain.address import Buyer
from hub.domain.money import total
from hub.domain.tax.supply import DeemedScheme


class PaymentState(StrEnum):
    PENDING = "pending"
    PAID = "paid"


class FulfilledBy(StrEnum):
    """Who ships: ``SELLER`` from own stock, ``PLATFORM`` from the marketplace's warehouse."""

    SELLER = "seller"
    PLATFORM = "platform"


class OrderStatus(StrEnum):
    """What the hub made of an order.

    ``WAITING`` not to be forwarded yet (unpaid, or forwarding switched off) · ``READY`` to be
    forwarded · ``SENDING`` an attempt began and its outcome is not stored yet · ``HELD`` a person
    must act · ``FORWARDED`` stands in Exact · ``CANCELLED`` before forwarding · ``PLATFORM`` shipped by the
    marketplace from its own warehouse: kept for the books, never a claim on own stock.
    """

    WAITING = "waiting"
    READY = "ready"
    SENDING = "sending"
    HELD = "held"
    FORWARDED = "forwarded"
    CANCELLED = "cancelled"
    PLATFORM = "platform"


class HoldCause(StrEnum):
    """Why an order waits for a person; each names the thing to repair.

    ``EVIDENCE_PENDING`` alone waits for no person: it goes on by itself once the VAT register answers.
    """

    UNKNOWN_PRODUCT = "unknown_product"
    NO_CUSTOMER = "no_customer"
    NO_VAT_CODE = "no_vat_code"
    TOTALS_DIFFER = "totals_differ"
    EVIDENCE_PENDING = "evidence_pending"
    VAT_UNDECIDED = "vat_undecided"
    VAT_DIFFERS = "vat_differs"
    CURRENCY = "currency"
    REFERENCE_TOO_LONG = "reference_too_long"
    CHARGE_UNMAPPED = "charge_unmapped"
    REFUSED_BY_ERP = "refused_by_erp"
    CANCELLED_AFTER_FORWARDING = "cancelled_after_forwarding"
    CANCELLED_BY_HAND = "cancelled_by_hand"
    NOT_CONFIGURED = "not_configured"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line. ``gross`` is what the buyer pays for the line, VAT included, after discounts.

    ``vat_rate`` is a fraction and ``vat`` the channel's own VAT amount; both None where the channel
    states none (bol.com), so that the ERP's item decides;
    an amount without a rate is VAT of several rates, which a person must sort out. ``quantity`` counts offers,
    ``cancelled`` of them no longer wanted. ``deemed`` is set where the marketplace says that it is the supplier.
    """

    line_id: str
    sku: str | None
    ean: str | None
    title: str
    quantity: int
    gross: Decimal
    vat_rate: Decimal | None = None
    vat: Decimal | None = None
    discount: Decimal = Decimal(0)
    cancelled: int = 0
    shipped: int = 0
    cancellation_requested: bool = False
    external_listing_id: str | None = None
    deemed: DeemedScheme | None = None


class ChargeKind(StrEnum):
    SHIPPING = "shipping"
    FEE = "fee"
    DISCOUNT = "discount"


@dataclass(frozen=True, slots=True)
class Charge:
    """An amount beside the lines, VAT included; a discount is negative."""

    kind: ChargeKind
    description: str
    gross: Decimal
    vat_rate: Decimal | None = None
    vat: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ChannelOrder:
    """An order as fetched from a channel; ``total`` is the channel's own grand total, VAT included.

    ``changed_at`` orders two fetches of the same order: only a newer one is applied.
    ``cancelled`` means the whole order is off. ``ship_by`` is the platform's deadline. All times UTC.
    """

    external_id: str
    number: str
    placed_at: datetime
    changed_at: datetime
    currency: str
    total: Decimal
    payment: PaymentState
    fulfilled_by: FulfilledBy
    lines: tuple[OrderLine, ...]
    buyer: Buyer | None
    charges: tuple[Charge, ...] = ()
    cancelled: bool = False
    ship_by: datetime | None = None
    country: str | None = None
    raw_status: str = ""
    remarks: tuple[str, ...] = field(default=())

    @property
    def stated_sum(self) -> Decimal:
        """The sum of lines and charges, to be held against ``total``."""
        return total(line.gross for line in self.lines) + total(charge.gross for charge in self.charges)
