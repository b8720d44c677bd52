"""What WooCommerce's JSON means: orders, products and variations of REST v3, in the hub's own words.

The shop states amounts net of VAT beside the VAT itself, both rounded to cents; gross is their sum. A shop that
rounds VAT on the order shows it before rounding as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from hub.adapters.fields import Fields, unreadable
from hub.adapters.port import ChannelListing, OrderRef
from hub.adapters.woocommerce.gift_cards import payments
from hub.adapters.woocommerce.rounding import Taxed, moved_cents
from hub.domain.address import Buyer, PostalAddress
from hub.domain.money import CENT, total
from hub.domain.order import ChannelOrder, Charge, ChargeKind, FulfilledBy, OrderLine, Payment, PaymentState

UNFINISHED = frozenset({"checkout-draft", "auto-draft"})
OFF = frozenset({"cancelled", "refunded", "failed", "trash"})
PAID = frozenset({"processing", "completed"})
ENDED = {"refunded": PaymentState.REFUNDED, "failed": PaymentState.VOIDED}
VAT_NUMBER_KEYS = frozenset({"_billing_vat_number", "_vat_number", "vat_number", "_billing_eu_vat_number"})
CHAMBER_KEYS = frozenset({"_billing_coc_number", "_coc_number", "_billing_kvk", "_billing_kvk_number", "kvk_number"})
"""Where plugins keep a buyer's VAT and chamber-of-commerce number; WooCommerce itself has no field for them."""

GUEST = "0"
"""The customer of an order that was placed without signing in."""

Rates = Mapping[str, Decimal | None]


def order_ref(order: Fields) -> OrderRef:
    modified = order.maybe_instant("date_modified_gmt") or order.maybe_instant("date_created_gmt")
    if modified is None:
        raise unreadable(f"{order.where}.date_modified_gmt is missing")
    return OrderRef(order.text("id"), modified)


def placed(order: Fields) -> bool:
    """Say whether a buyer has placed this order; the block checkout keeps drafts among the orders."""
    return order.text("status") not in UNFINISHED


def channel_order(order: Fields, gift_card_keys: Sequence[str] = ()) -> ChannelOrder | None:
    """Return an order; None for one that a buyer has not placed yet (the block checkout's draft).

    ``gift_card_keys`` are those under which the shop's plugins keep what gift cards paid.
    """
    status = order.text("status")
    if not placed(order):
        return None
    rates = {rate.text("rate_id"): _fraction(rate) for rate in order.children("tax_lines")}
    ref = order_ref(order)
    paid = tuple(payments(order, gift_card_keys))
    whole = order.amount("total") + _taken_off(order, paid)
    lines, charges, moved = _settled(order, rates, whole)
    return ChannelOrder(
        external_id=ref.external_id,
        number=order.maybe_text("number") or ref.external_id,
        placed_at=order.maybe_instant("date_created_gmt") or ref.changed_at,
        changed_at=ref.changed_at,
        currency=order.text("currency"),
        total=whole,
        payment=_payment(order, status),
        fulfilled_by=FulfilledBy.SELLER,
        lines=lines,
        buyer=_buyer(order),
        charges=charges,
        cancelled=_off(order, status),
        country=_country(order),
        raw_status=status,
        remarks=tuple(_remarks(order, rates, moved)),
        payments=paid,
    )


def _off(order: Fields, status: str) -> bool:
    """Say whether nothing of an order is wanted; one that was completed before all its money went back has left."""
    return status in OFF and not (status == "refunded" and order.maybe_instant("date_completed_gmt") is not None)


def _taken_off(order: Fields, paid: Sequence[Payment]) -> Decimal:
    """Return what gift cards paid where the plugin took it off the order's total, as most do; else nothing."""
    lists = ("line_items", "shipping_lines", "fee_lines")
    parts = [line for key in lists for line in order.children(key)]
    off = total(_gross(line) for line in parts) - order.amount("total")
    amount = total(one.amount for one in paid)
    return amount if abs(off - amount) < abs(off) and abs(off - amount) <= CENT * len(parts) else Decimal(0)


def _settled(order: Fields, rates: Rates, whole: Decimal) -> tuple[tuple[OrderLine, ...], tuple[Charge, ...], Decimal]:
    """Return lines and charges that add up to the total where the shop rounds VAT on the order; and what was moved."""
    lines = [(_line(line, rates), line) for line in order.children("line_items")]
    charges = list(_charges(order, rates))
    taxed = [_taxed(part, line) for part, line in lines] + [_taxed(part, line) for part, line in charges]
    moves = moved_cents(taxed, whole, _by_rate(order))
    moved_lines = [_moved(line, move) for (line, _), move in zip(lines, moves, strict=False)]
    moved_charges = [_moved(charge, move) for (charge, _), move in zip(charges, moves[len(lines) :], strict=True)]
    return tuple(moved_lines), tuple(moved_charges), total(abs(move) for move in moves)


def _taxed(part: OrderLine | Charge, line: Fields) -> Taxed:
    exact = total(tax.maybe_amount("total") or Decimal(0) for tax in line.children("taxes"))
    return Taxed(part.gross, part.vat or Decimal(0), exact, part.vat_rate)


def _by_rate(order: Fields) -> dict[Decimal, Decimal]:
    """Return the shop's own VAT per rate."""
    found: dict[Decimal, Decimal] = {}
    for row in order.children("tax_lines"):
        rate = _fraction(row) or Decimal(0)
        vat = (row.maybe_amount("tax_total") or Decimal(0)) + (row.maybe_amount("shipping_tax_total") or Decimal(0))
        found[rate] = found.get(rate, Decimal(0)) + vat
    return found


Moved = TypeVar("Moved", OrderLine, Charge)


def _moved(part: Moved, move: Decimal) -> Moved:
    return replace(part, gross=part.gross + move, vat=(part.vat or Decimal(0)) + move) if move else part


def _payment(order: Fields, status: str) -> PaymentState:
    """Cash on delivery and orders on account are processing without a payment date: they may be delivered."""
    if status in ENDED:
        return ENDED[status]
    paid = status in PAID or order.maybe_instant("date_paid_gmt") is not None
    if paid and order.children("refunds"):
        return PaymentState.PARTLY_REFUNDED
    return PaymentState.PAID if paid else PaymentState.PENDING


def _fraction(rate: Fields) -> Decimal | None:
    percent = rate.maybe_amount("rate_percent")
    return None if percent is None else percent / 100


def _applied(line: Fields, rates: Rates) -> set[Decimal | None]:
    """Return the rates on one line; the shop lists a rate that does not apply with an empty total."""
    taxes = [tax for tax in line.children("taxes") if tax.maybe_amount("total") is not None]
    return {rates.get(tax.text("id")) for tax in taxes}


def _vat(line: Fields, rates: Rates) -> tuple[Decimal | None, Decimal]:
    """Return rate and amount of the VAT on a line; no rate where it has several, or one without percentage."""
    amount = line.amount("total_tax")
    found = _applied(line, rates)
    if not found and amount == 0:
        return Decimal(0), amount
    rate = next(iter(found)) if len(found) == 1 else None
    return rate, amount


def _gross(line: Fields, key: str = "total") -> Decimal:
    return line.amount(key) + line.amount(f"{key}_tax")


def _line(line: Fields, rates: Rates) -> OrderLine:
    rate, vat = _vat(line, rates)
    gross = _gross(line)
    variation, product = line.count("variation_id", 0), line.count("product_id", 0)
    return OrderLine(
        line_id=line.text("id"),
        sku=line.maybe_text("sku"),
        ean=None,
        title=line.maybe_text("name") or f"item {line.text('id')}",
        quantity=line.count("quantity"),
        gross=gross,
        vat_rate=rate,
        vat=vat,
        discount=_gross(line, "subtotal") - gross,
        external_listing_id=str(variation or product) if variation or product else None,
    )


def _charges(order: Fields, rates: Rates) -> Iterator[tuple[Charge, Fields]]:
    """Yield shipping and fees, each beside what the shop says of it.

    What costs nothing is left out, and a negative fee is a discount.
    """
    for kind, key, title in (
        (ChargeKind.SHIPPING, "shipping_lines", "method_title"),
        (ChargeKind.FEE, "fee_lines", "name"),
    ):
        for line in order.children(key):
            gross = _gross(line)
            if gross == 0:
                continue
            rate, vat = _vat(line, rates)
            actual = ChargeKind.DISCOUNT if gross < 0 else kind
            yield Charge(actual, line.maybe_text(title) or kind.value, gross, rate, vat), line


def _remarks(order: Fields, rates: Rates, moved: Decimal) -> Iterator[str]:
    if moved:
        yield f"The shop rounds VAT on the order: {moved} was moved to its lines"
    lists = ("line_items", "shipping_lines", "fee_lines")
    if any(_vat(line, rates)[0] is None for key in lists for line in order.children(key)):
        yield "The shop states several VAT rates, or one without a percentage, on one line"
    if not rates and order.maybe_amount("total_tax") == 0:
        yield "The shop states no VAT on this order"
    refunds = order.children("refunds")
    if refunds:
        yield f"Refunded in the shop: {-sum((refund.amount('total') for refund in refunds), Decimal(0))}"


def _ship_to(order: Fields) -> Fields | None:
    """Return the shipping address where the buyer gave one, else the billing address."""
    shipping, billing = order.maybe_child("shipping"), order.maybe_child("billing")
    return shipping if shipping and shipping.maybe_text("address_1") else billing


def _country(order: Fields) -> str | None:
    place = _ship_to(order)
    return place.maybe_text("country") if place else None


def _buyer(order: Fields) -> Buyer | None:
    place, billing = _ship_to(order), order.maybe_child("billing")
    if place is None or not (place.maybe_text("address_1") or place.maybe_text("last_name")):
        return None
    ship_to = _address(place)
    bill_to = _address(billing) if billing and billing.maybe_text("address_1") else None
    return Buyer(
        ship_to=ship_to,
        email=billing.maybe_text("email") if billing else None,
        phone=place.maybe_text("phone") or (billing.maybe_text("phone") if billing else None),
        vat_number=_kept(order, VAT_NUMBER_KEYS),
        chamber_of_commerce=_kept(order, CHAMBER_KEYS),
        customer_ref=order.maybe_text("customer_id") if order.maybe_text("customer_id") != GUEST else None,
        bill_to=bill_to if bill_to != ship_to else None,
    )


def _kept(order: Fields, keys: frozenset[str]) -> str | None:
    values = [meta.maybe_text("value") for meta in order.children("meta_data") if meta.maybe_text("key") in keys]
    return next(filter(None, values), None)


def _address(place: Fields) -> PostalAddress:
    return PostalAddress(
        name=_joined(place, "first_name", "last_name"),
        street=_joined(place, "address_1", "address_2"),
        postcode=place.maybe_text("postcode") or "",
        city=place.maybe_text("city") or "",
        country=place.maybe_text("country") or "",
        company=place.maybe_text("company"),
    )


def _joined(place: Fields, *keys: str) -> str:
    return " ".join(text for key in keys if (text := place.maybe_text(key)))


def listing(product: Fields, parent: Fields | None = None) -> ChannelListing:
    """Return a product, or with its parent a variation, as a listing with the ids that a stock write needs."""
    own = product.text("id")
    references = {"product_id": own}
    if parent is not None:
        references = {"product_id": parent.text("id"), "variation_id": own, "parent_id": parent.text("id")}
    managed = product.values.get("manage_stock")
    references["manage_stock"] = "parent" if managed == "parent" else str(managed is True).lower()
    return ChannelListing(
        external_id=own,
        sku=product.maybe_text("sku"),
        ean=product.maybe_text("global_unique_id"),
        title=product.maybe_text("name") or own,
        quantity=product.count("stock_quantity", 0) if managed is True else None,
        references=references,
    )
