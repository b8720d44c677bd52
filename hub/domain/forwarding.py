"""How a channel order becomes the draft of a sales order: customer, items, VAT codes, prices, exact totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.domain.channel import ChannelSettings
from hub.domain.money import cents, total, vat_within
from hub.domain.order import Charge, ChargeKind, HoldCause
from hub.domain.product import ErpItem, VatCode
from hub.domain.sales_order import YOUR_REF_LENGTH, DraftCharge, DraftLine, SalesOrder, SalesOrderDraft
from hub.domain.vat_mapping import vat_code_problem

PRICE_PLACES = Decimal("0.000001")


class Hold(Exception):
    """The order must wait for a person; ``detail`` shows what differs, without personal data."""

    def __init__(self, cause: HoldCause, message: str, **detail: Any) -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message
        self.detail = detail


@dataclass(frozen=True, slots=True)
class LineToForward:
    """One stored order line with its product resolved; ``gross`` is for the whole ``quantity`` of offers."""

    line_id: str
    title: str
    sku: str | None
    product_id: str | None
    units_per_offer: int
    quantity: int
    cancelled: int
    gross: Decimal
    vat_rate: Decimal | None
    vat: Decimal | None

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


@dataclass(frozen=True, slots=True)
class Books:
    """What the division knows: items by product id, VAT codes by code, its own currency."""

    items: Mapping[str, ErpItem]
    vat_codes: Mapping[str, VatCode]
    currency: str = "EUR"


def your_ref(settings: ChannelSettings, external_id: str) -> str:
    """Return the deterministic reference of an order: the channel's prefix and the channel's own id."""
    reference = f"{settings.reference_prefix}{external_id}"
    if len(reference) > YOUR_REF_LENGTH:
        raise Hold(
            HoldCause.REFERENCE_TOO_LONG,
            f"The reference {reference!r} is longer than {YOUR_REF_LENGTH} characters; shorten the channel's prefix.",
        )
    return reference


def draft_sales_order(order: OrderToForward, settings: ChannelSettings, books: Books) -> SalesOrderDraft:
    """Return the sales order to post; raises Hold with a cause a person can act on."""
    customer = settings.customer_id
    if customer is None:
        raise Hold(HoldCause.NO_CUSTOMER, "The channel has no customer account; choose one in its settings.")
    if order.currency != books.currency:
        raise Hold(HoldCause.CURRENCY, f"The order is in {order.currency}, the division books {books.currency}.")
    wanted = [line for line in order.lines if line.wanted > 0]
    lines = tuple(_draft_line(line, settings, books) for line in _all_known(wanted, books))
    charges = tuple(_draft_charge(charge, lines, settings, books) for charge in order.charges if charge.gross)
    draft = SalesOrderDraft(
        your_ref=your_ref(settings, order.external_id),
        customer_id=customer,
        order_date=order.placed_at,
        currency=order.currency,
        description=f"Order {order.number}"[:60],
        lines=lines,
        charges=charges,
        total=total(line.gross for line in lines) + total(charge.gross for charge in charges),
    )
    _must_equal(draft, expected_total(order), order)
    return draft


def expected_total(order: OrderToForward) -> Decimal:
    """Return the channel's total less what was cancelled before forwarding."""
    return order.total - total(line.gross - line.share(line.gross) for line in order.lines)


def _all_known(lines: Sequence[LineToForward], books: Books) -> Sequence[LineToForward]:
    missing = [line for line in lines if line.product_id is None or line.product_id not in books.items]
    if missing:
        names = ", ".join(line.sku or line.title for line in missing)
        raise Hold(
            HoldCause.UNKNOWN_PRODUCT,
            f"No item in Exact for: {names}. Map the listing to a product, then retry.",
            lines=[line.line_id for line in missing],
        )
    return lines


def _draft_line(line: LineToForward, settings: ChannelSettings, books: Books) -> DraftLine:
    item = books.items[line.product_id or ""]
    rate = _rate_of(line, item, books)
    code = vat_code_for(rate, settings, books)
    quantity = Decimal(line.wanted * line.units_per_offer)
    gross = line.share(line.gross)
    vat = None if line.vat is None else line.share(line.vat)
    net = gross if code.kind == "I" else gross - (vat if vat is not None else vat_within(gross, rate))
    return DraftLine(
        order_line_id=line.line_id,
        item_id=item.item_id,
        quantity=quantity,
        net_price=_unit_price(net, quantity, line),
        vat_code=code.code,
        vat_rate=rate,
        gross=gross,
        vat=vat,
        description=line.title[:60],
    )


def _rate_of(line: LineToForward, item: ErpItem, books: Books) -> Decimal:
    """The channel's own rate where it states one, else the rate of the item's VAT code."""
    if line.vat_rate is not None:
        return line.vat_rate
    if line.vat is not None:
        raise _several_rates(line.sku or line.title)
    code = books.vat_codes.get(item.vat_code or "")
    if code is None:
        raise Hold(
            HoldCause.NO_VAT_CODE,
            f"Item {item.code} has no VAT code for sales in Exact, and the channel states no rate.",
            item=item.code,
        )
    return code.percentage


def _several_rates(name: str) -> Hold:
    return Hold(HoldCause.NO_VAT_CODE, f"{name} carries VAT of several rates; it needs one rate.")


def vat_code_for(rate: Decimal, settings: ChannelSettings, books: Books) -> VatCode:
    """Return the division's VAT code mapped for a rate, checked for use in sales and for its percentage."""
    mapped = settings.vat_codes.get(rate.normalize(), settings.vat_codes.get(rate))
    code = books.vat_codes.get(mapped) if mapped is not None else None
    if code is None:
        raise Hold(HoldCause.NO_VAT_CODE, f"No VAT code is mapped for {_percent(rate)}.", rate=str(rate))
    if problem := vat_code_problem(code, rate):
        raise Hold(HoldCause.NO_VAT_CODE, problem, rate=str(rate), code=code.code)
    return code


def _unit_price(net: Decimal, quantity: Decimal, line: LineToForward) -> Decimal:
    price = (net / quantity).quantize(PRICE_PLACES)
    if cents(price * quantity) != cents(net):
        raise Hold(
            HoldCause.TOTALS_DIFFER,
            f"{net} for {quantity} units of {line.sku or line.title} has no unit price that gives it back to the cent.",
            line=line.line_id,
        )
    return price


def _draft_charge(charge: Charge, lines: Sequence[DraftLine], settings: ChannelSettings, books: Books) -> DraftCharge:
    shipping = charge.kind is ChargeKind.SHIPPING
    if not shipping and settings.charge_id is None:
        raise Hold(
            HoldCause.CHARGE_UNMAPPED,
            f"The order has a {charge.kind.value} {charge.description!r}; choose an order charge for it.",
        )
    if charge.vat_rate is None and charge.vat is not None:
        raise _several_rates(charge.description)
    rate = charge.vat_rate if charge.vat_rate is not None else _leading_rate(lines)
    return DraftCharge(
        gross=charge.gross,
        vat_code=vat_code_for(rate, settings, books).code,
        vat_rate=rate,
        description=charge.description[:60],
        shipping=shipping,
        charge_id=None if shipping else settings.charge_id,
    )


def _leading_rate(lines: Sequence[DraftLine]) -> Decimal:
    """The rate that carries most of the goods' value; a charge follows the goods."""
    if not lines:
        raise Hold(HoldCause.NO_VAT_CODE, "The order has charges but no lines to take a VAT rate from.")
    by_rate: dict[Decimal, Decimal] = {}
    for line in lines:
        by_rate[line.vat_rate] = by_rate.get(line.vat_rate, Decimal(0)) + line.gross
    return max(by_rate, key=lambda rate: (by_rate[rate], rate))


def _must_equal(draft: SalesOrderDraft, expected: Decimal, order: OrderToForward) -> None:
    if draft.total == expected:
        return
    raise Hold(
        HoldCause.TOTALS_DIFFER,
        f"Lines and charges add up to {draft.total:.2f}, the channel says {expected:.2f} {order.currency}.",
        difference=str(draft.total - expected),
        lines=[{"line": line.order_line_id, "gross": str(line.gross)} for line in draft.lines],
        charges=[{"charge": charge.description, "gross": str(charge.gross)} for charge in draft.charges],
    )


def difference_after_posting(draft: SalesOrderDraft, stored: SalesOrder) -> Decimal:
    """Return what Exact's total differs from the channel's, in the order's currency; zero when equal."""
    return stored.total - draft.total


def vat_difference_after_posting(draft: SalesOrderDraft, stored: SalesOrder) -> Decimal:
    """Return what Exact's VAT on the lines differs from the channel's; zero where the channel states none."""
    if draft.charges or any(line.vat is None for line in draft.lines):
        return Decimal(0)
    stated = total(line.vat for line in draft.lines if line.vat is not None)
    return (stored.total - stored.total_excluding_vat) - stated


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f} %"
