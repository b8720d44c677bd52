"""What Vendure's JSON means: orders and variants of the Admin API, in the hub's own words.

Prorated prices have every discount in them and add up to the order's total.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.adapters.fields import Fields, unreadable
from hub.adapters.port import ChannelListing, OrderRef
from hub.adapters.vendure.amounts import Amounts, charges, rate
from hub.adapters.vendure.levels import Levels
from hub.domain.address import Buyer, PostalAddress
from hub.domain.money import cents, total
from hub.domain.order import ChannelOrder, FulfilledBy, OrderLine, Payment, PaymentKind, PaymentState

CANCELLED = "Cancelled"
COVERING = frozenset({"Authorized", "Settled"})
"""States of a payment that the shop may ship on."""


def order_ref(order: Fields) -> OrderRef:
    changed = order.maybe_instant("updatedAt")
    if changed is None:
        raise unreadable(f"{order.where}.updatedAt is missing")
    return OrderRef(order.text("id"), changed)


def placed(order: Fields) -> bool:
    """Say whether a buyer has placed this order; carts and checkouts stand among the orders, without that moment."""
    return order.maybe_instant("orderPlacedAt") is not None


def channel_order(answer: Fields, gift_cards: Sequence[str] = ()) -> ChannelOrder | None:
    """Return the order of an answer; None where there is none, or one that no buyer has placed yet.

    ``gift_cards`` are parts of the codes of payment methods that are gift cards.
    """
    order = answer.maybe_child("order")
    if order is None or not placed(order):
        return None
    money = Amounts.of(answer)
    ref, state = order_ref(order), order.text("state")
    lines = tuple(_line(line, money) for line in order.children("lines"))
    place = _ship_to(order)
    return ChannelOrder(
        external_id=ref.external_id,
        number=order.text("code"),
        placed_at=order.maybe_instant("orderPlacedAt") or ref.changed_at,
        changed_at=ref.changed_at,
        currency=order.text("currencyCode"),
        total=money.read(order, "totalWithTax") + _taken_off(order, lines, money),
        payment=_payment(order),
        fulfilled_by=FulfilledBy.SELLER,
        lines=lines,
        buyer=_buyer(order, place),
        charges=tuple(charges(order, money)),
        cancelled=state == CANCELLED,
        country=place.maybe_text("countryCode") if place else None,
        raw_status=state,
        payments=tuple(_gift_cards(order, money, gift_cards)),
    )


def _gift_cards(order: Fields, money: Amounts, names: Sequence[str]) -> Iterator[Payment]:
    """Yield what gift cards paid, by the names that the channel's settings give them."""
    for each in order.children("payments"):
        method = (each.maybe_text("method") or "").casefold()
        if each.text("state") in COVERING and any(name.casefold() in method for name in names):
            yield Payment(PaymentKind.GIFT_CARD, money.read(each, "amount"))


def _payment(order: Fields) -> PaymentState:
    """Shops may have order states of their own, so what was paid is what counts."""
    covered = total(pay.amount("amount") for pay in order.children("payments") if pay.text("state") in COVERING)
    return PaymentState.PAID if covered >= order.amount("totalWithTax") else PaymentState.PENDING


@dataclass(frozen=True, slots=True)
class _Whole:
    """A line's units: those that are ``left`` of the ones that were ``placed``."""

    left: int
    placed: int

    def of(self, part: Decimal, unit: Decimal) -> Decimal:
        """Return what all units cost, such that the share of those left is ``part`` to the cent."""
        if self.left == self.placed:
            return part
        return cents(part * self.placed / self.left) if self.left else unit * self.placed


def _price(line: Fields, money: Amounts, whole: _Whole, key: str) -> Decimal:
    """Return one of a line's prices for all its units; ``key`` has a gap for what the price is of."""
    of_line, of_unit = key.format("Line"), key.format("Unit")
    part, unit = (money.read(line, name[:1].lower() + name[1:]) for name in (of_line, of_unit))
    return whole.of(part, unit)


def _line(line: Fields, money: Amounts) -> OrderLine:
    """Return a line as it was placed: what is off has left the quantity and the price that Vendure tells."""
    left = line.count("quantity")
    if left < 0:
        raise unreadable(f"{line.where}.quantity is {left}")
    whole = _Whole(left, max(left, line.count("orderPlacedQuantity", 0)))
    net, gross = (_price(line, money, whole, f"prorated{{}}Price{tax}") for tax in ("", "WithTax"))
    before_discount = _price(line, money, whole, "{}PriceWithTax")
    variant = Fields.of(line.values.get("productVariant"), f"{line.where}.productVariant")
    return OrderLine(
        line_id=line.text("id"),
        sku=variant.maybe_text("sku"),
        ean=None,
        title=variant.maybe_text("name") or f"item {line.text('id')}",
        quantity=whole.placed,
        gross=gross,
        vat_rate=rate(line),
        vat=gross - net,
        discount=max(before_discount - gross, Decimal(0)),
        cancelled=whole.placed - left,
        shipped=fulfilled(line),
        external_listing_id=variant.text("id"),
    )


def _taken_off(order: Fields, lines: tuple[OrderLine, ...], money: Amounts) -> Decimal:
    """Return what cancelled units cost, which Vendure has taken off the order's total."""
    left = total(money.read(line, "proratedLinePriceWithTax") for line in order.children("lines"))
    return total(line.gross for line in lines) - left


def fulfilled(line: Fields) -> int:
    """Return how many units of a line have left."""
    rows = line.children("fulfillmentLines")
    return sum(row.count("quantity") for row in rows if _state(row) != CANCELLED)


def _state(row: Fields) -> str | None:
    fulfillment = row.maybe_child("fulfillment")
    return fulfillment.maybe_text("state") if fulfillment else None


def _ship_to(order: Fields) -> Fields | None:
    """Return the shipping address where the buyer gave one, else the billing address."""
    shipping, billing = order.maybe_child("shippingAddress"), order.maybe_child("billingAddress")
    return shipping if shipping and shipping.maybe_text("streetLine1") else billing or shipping


def _buyer(order: Fields, place: Fields | None) -> Buyer | None:
    if place is None or not (place.maybe_text("streetLine1") or place.maybe_text("fullName")):
        return None
    customer = order.maybe_child("customer")
    return Buyer(
        ship_to=_address(place),
        email=customer.maybe_text("emailAddress") if customer else None,
        phone=place.maybe_text("phoneNumber") or (customer.maybe_text("phoneNumber") if customer else None),
        customer_ref=customer.maybe_text("id") if customer else None,
    )


def _address(place: Fields) -> PostalAddress:
    street = (place.maybe_text("streetLine1"), place.maybe_text("streetLine2"))
    return PostalAddress(
        name=place.maybe_text("fullName") or "",
        street=" ".join(part for part in street if part),
        postcode=place.maybe_text("postalCode") or "",
        city=place.maybe_text("city") or "",
        country=place.maybe_text("countryCode") or "",
        company=place.maybe_text("company"),
    )


def listing(variant: Fields) -> ChannelListing:
    """Return a variant as a listing; its quantity is unknown where the shop does not track its stock."""
    own = variant.text("id")
    return ChannelListing(
        external_id=own,
        sku=variant.maybe_text("sku"),
        ean=None,
        title=variant.maybe_text("name") or own,
        quantity=Levels.of(variant).shown,
        references={"variant_id": own},
    )
