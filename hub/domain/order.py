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
    """How far the buyer's payment has come, as the channel tells.

    ``AUTHORIZED`` reserved, captured later · ``VOIDED`` failed, expired or given back before anything was captured.
    """

    PENDING = "pending"
    AUTHORIZED = "authorized"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"


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
    CUSTOMER_AMBIGUOUS = "customer_ambiguous"
    CUSTOMER_NOT_FOUND = "customer_not_found"
    CUSTOMER_UNUSABLE = "customer_unusable"
    ADDRESS_INCOMPLETE = "address_incomplete"
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
    ORDER_EDITED = "order_edited"
    NOT_CONFIGURED = "not_configured"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line. ``gross`` is what the buyer pays for the line, VAT included, after discounts.

    ``vat_rate`` is a fraction and ``vat`` the channel's own VAT amount; both None where the channel
    states none (bol.com), so that the ERP's item decides;
    an amount without a rate is VAT of several rates, which a person must sort out. ``quantity`` counts offers,
    ``cancelled`` of them no longer wanted. ``deemed`` is set where the marketplace says that it is the supplier.
    ``discount`` is what was taken off, VAT included; ``paid_by_platform`` is the part of it that the marketplace pays
    the seller, so that the books count it although the buyer does not pay it. ``voucher`` marks a gift card that is
    sold: money for later, no supply of goods.
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
    paid_by_platform: Decimal = Decimal(0)
    voucher: bool = False


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


class PaymentKind(StrEnum):
    """``GIFT_CARD`` and ``STORE_CREDIT`` are money that the seller took earlier, never a discount."""

    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Payment:
    """A part of an order's total that was paid in a way that the books must know of; in the order's currency."""

    kind: PaymentKind
    amount: Decimal
    description: str = ""


@dataclass(frozen=True, slots=True)
class ChannelFee:
    """What the channel keeps for itself (commission, payment fee), positive, in ``currency``; VAT as the channel tells.

    ``line_id`` is None for a fee on the whole order.
    """

    kind: str
    amount: Decimal
    currency: str
    line_id: str | None = None


@dataclass(frozen=True, slots=True)
class RefundedLine:
    """Offers of one line whose money went back; ``gross`` positive, VAT included; ``quantity`` 0 for money alone."""

    line_id: str
    quantity: int
    gross: Decimal
    vat: Decimal | None = None
    restock: bool = False


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back on a channel; ``refund_id`` is the channel's own, amounts positive, VAT included, time UTC."""

    refund_id: str
    made_at: datetime
    lines: tuple[RefundedLine, ...] = ()
    charges: tuple[Charge, ...] = ()
    reason: str = ""

    @property
    def total(self) -> Decimal:
        return total(line.gross for line in self.lines) + total(charge.gross for charge in self.charges)


@dataclass(frozen=True, slots=True)
class ChannelOrder:
    """An order as fetched from a channel; ``total`` is the channel's own grand total, VAT included.

    ``changed_at`` orders two fetches of the same order: only a newer one is applied.
    ``payments`` names gift cards and the like, which are part of ``total``; ``fees`` and ``refunds`` are what the
    channel tells of them with the order. ``cancelled`` means the whole order is off. ``ship_by`` is the platform's
    deadline. All times UTC.
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
    payments: tuple[Payment, ...] = ()
    fees: tuple[ChannelFee, ...] = ()
    refunds: tuple[Refund, ...] = ()

    @property
    def stated_sum(self) -> Decimal:
        """The sum of lines and charges, to be held against ``total``."""
        return total(line.gross for line in self.lines) + total(charge.gross for charge in self.charges)
