"""Invoices and credit notes in the books: when they are made, and what stands there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class InvoicePolicy(StrEnum):
    """``OFF`` nobody but people in Exact invoices · ``WHEN_DELIVERED`` once all of an order has left ·
    ``WHEN_FORWARDED`` as soon as it stands in Exact, for what was ordered.
    """

    OFF = "off"
    WHEN_DELIVERED = "when_delivered"
    WHEN_FORWARDED = "when_forwarded"


class InvoicedQuantity(StrEnum):
    """What an invoice counts."""

    DELIVERED = "delivered"
    ORDERED = "ordered"


class BookingPolicy(StrEnum):
    """``ASK`` a person books · ``BOOK`` it is booked in Exact by itself."""

    ASK = "ask"
    BOOK = "book"


@dataclass(frozen=True, slots=True)
class Invoicing:
    """What a channel's sales become in the books after they were forwarded.

    ``journal`` is the code of the sales journal in Exact, for invoices and credit notes. ``refunding`` says who books
    credit notes of refunds, ``returning`` who plans the returns of inspected goods.
    """

    policy: InvoicePolicy = InvoicePolicy.OFF
    journal: str | None = None
    quantity: InvoicedQuantity = InvoicedQuantity.DELIVERED
    refunding: BookingPolicy = BookingPolicy.ASK
    returning: BookingPolicy = BookingPolicy.ASK

    @property
    def counts(self) -> InvoicedQuantity:
        """What invoices count: an order that is invoiced at once has nothing delivered yet."""
        return InvoicedQuantity.ORDERED if self.policy is InvoicePolicy.WHEN_FORWARDED else self.quantity

    @property
    def books(self) -> bool:
        """Whether anything is booked by itself that needs a journal."""
        return self.policy is not InvoicePolicy.OFF or self.refunding is BookingPolicy.BOOK


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


@dataclass(frozen=True, slots=True)
class SalesDocument:
    """An invoice or credit note as it stands in Exact; amounts positive, in its currency.

    ``number`` is None until Exact gives one, which may be as late as printing. ``sales_orders`` are the orders that
    its lines name, with what these come to, VAT included; one that a person made may hold several.
    """

    invoice_id: str
    kind: DocumentKind
    number: int | None
    your_ref: str
    total: Decimal
    total_excluding_vat: Decimal
    sales_orders: tuple[tuple[str, Decimal], ...] = ()

    def of_order(self, sales_order_id: str) -> Decimal:
        """Return what of it belongs to one sales order: all of it, charges too, where it names no other."""
        if len(self.sales_orders) == 1:
            return self.total
        return dict(self.sales_orders).get(sales_order_id, Decimal(0))


class Progress(StrEnum):
    """How much of a sales order."""

    NONE = "none"
    PART = "part"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """How far a sales order has come in Exact."""

    delivered: Progress
    invoiced: Progress


@dataclass(frozen=True, slots=True)
class Invoiced:
    """What Exact answered to being asked for invoices; it names none of them. ``problems`` is its own text."""

    created: int
    failed: int
    problems: str


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A line of a credit note, positive. ``item_id`` None is a charge: shipping, or the order charge ``charge_id``."""

    item_id: str | None
    quantity: Decimal
    gross: Decimal
    vat: Decimal
    vat_code: str
    description: str
    shipping: bool = False
    charge_id: str | None = None
    included: bool = True


@dataclass(frozen=True, slots=True)
class CreditNoteDraft:
    """A credit note to be posted; ``your_ref`` is deterministic, so a look-up finds it again."""

    your_ref: str
    customer_id: str
    journal: str
    currency: str
    made_at: datetime
    description: str
    lines: tuple[CreditLine, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.gross for line in self.lines), Decimal(0))
