"""What the contract's JSON means, in the hub's own words."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from hub.adapters.fields import Fields, unreadable
from hub.adapters.generic.refunds import refunds
from hub.adapters.port import ChannelListing, OrderRef
from hub.domain.address import Buyer, PostalAddress
from hub.domain.money import priced
from hub.domain.order import (
    ChannelOrder,
    Charge,
    ChargeKind,
    FulfilledBy,
    OrderLine,
    Payment,
    PaymentKind,
    PaymentState,
)

Word = TypeVar("Word", bound=StrEnum)


def order_ref(order: Fields) -> OrderRef:
    changed_at = order.maybe_instant("changed_at")
    if changed_at is None:
        raise unreadable(f"{order.where}.changed_at is missing")
    return OrderRef(order.text("id"), changed_at)


def channel_order(order: Fields) -> ChannelOrder:
    """Return an order; raises ``Rejected`` for one that is not as the contract describes."""
    ref, ship_to = order_ref(order), order.maybe_child("ship_to")
    lines = tuple(_line(line) for line in order.children("lines"))
    placed_at = order.maybe_instant("placed_at")
    if not lines or placed_at is None:
        raise unreadable("an order without lines or placed_at")
    return ChannelOrder(
        external_id=ref.external_id,
        number=order.maybe_text("number") or ref.external_id,
        placed_at=placed_at,
        changed_at=ref.changed_at,
        currency=order.text("currency"),
        total=order.amount("total"),
        payment=_word(order, "payment", PaymentState),
        fulfilled_by=_word(order, "fulfilled_by", FulfilledBy, FulfilledBy.SELLER),
        lines=lines,
        buyer=None if ship_to is None else _buyer(order, ship_to),
        charges=tuple(_charge(charge) for charge in order.children("charges")),
        cancelled=order.flag("cancelled") or all(line.cancelled >= line.quantity for line in lines),
        ship_by=order.maybe_instant("ship_by"),
        country=ship_to.maybe_text("country") if ship_to else None,
        raw_status=order.maybe_text("status") or "",
        refunds=refunds(order),
        payments=tuple(_payment(payment) for payment in order.children("payments")),
    )


def listing(found: Fields) -> ChannelListing:
    """Return a listing; without a quantity the shop keeps no stock for it."""
    return ChannelListing(
        external_id=found.text("id"),
        sku=found.maybe_text("sku"),
        ean=found.maybe_text("ean"),
        title=_title(found),
        quantity=None if found.maybe_amount("quantity") is None else found.count("quantity"),
        stocked_by_platform=found.flag("stocked_by_platform"),
        price=priced(found.maybe_amount("price"), found.maybe_text("currency")),
    )


def _word(order: Fields, key: str, words: type[Word], default: Word | None = None) -> Word:
    """Return one of the contract's words; one that it does not know is refused, never guessed."""
    told = order.maybe_text(key)
    if told is None and default is not None:
        return default
    if told not in list(words):
        raise unreadable(f"{order.where}.{key} is none of {', '.join(words)}")
    return words(told)


def _line(line: Fields) -> OrderLine:
    quantity, cancelled, shipped = line.count("quantity"), line.count("cancelled", 0), line.count("shipped", 0)
    if quantity < 1 or not 0 <= cancelled <= quantity or shipped < 0:
        raise unreadable(f"{line.where} has impossible quantities")
    return OrderLine(
        line_id=line.text("id"),
        sku=line.maybe_text("sku"),
        ean=line.maybe_text("ean"),
        title=_title(line),
        quantity=quantity,
        gross=line.amount("gross"),
        vat_rate=_rate(line),
        vat=line.maybe_amount("vat"),
        discount=line.maybe_amount("discount") or Decimal(0),
        cancelled=cancelled,
        shipped=shipped,
        cancellation_requested=line.flag("cancellation_requested"),
        external_listing_id=line.maybe_text("listing_id"),
        paid_by_platform=line.maybe_amount("paid_by_platform") or Decimal(0),
        voucher=line.flag("gift_card"),
    )


def _title(thing: Fields) -> str:
    """Return what people call it; a blank title is no reason to lose an order."""
    return thing.maybe_text("title") or thing.maybe_text("sku") or thing.text("id")


def _charge(charge: Fields) -> Charge:
    kind = _word(charge, "kind", ChargeKind)
    return Charge(
        kind=kind,
        description=charge.maybe_text("description") or kind.value,
        gross=charge.amount("gross"),
        vat_rate=_rate(charge),
        vat=charge.maybe_amount("vat"),
    )


def _payment(payment: Fields) -> Payment:
    kind = _word(payment, "kind", PaymentKind)
    return Payment(kind, payment.amount("amount"), payment.maybe_text("description") or "")


def _rate(amount: Fields) -> Decimal | None:
    """Return a percentage as a fraction; one between 0 and 1 is somebody's fraction, and would be a wrong VAT."""
    percent = amount.maybe_amount("vat_rate")
    if percent is None:
        return None
    if percent < 0 or 0 < percent < 1 or percent >= 100:
        raise unreadable(f"{amount.where}.vat_rate is no percentage")
    return percent / 100


def _buyer(order: Fields, ship_to: Fields) -> Buyer:
    buyer = order.maybe_child("buyer") or Fields({}, "buyer")
    return Buyer(
        ship_to=PostalAddress(
            name=ship_to.maybe_text("name") or "",
            street=ship_to.maybe_text("street") or "",
            postcode=ship_to.maybe_text("postcode") or "",
            city=ship_to.maybe_text("city") or "",
            country=ship_to.maybe_text("country") or "",
            house_number=ship_to.maybe_text("house_number"),
            house_number_extension=ship_to.maybe_text("house_number_extension"),
            company=ship_to.maybe_text("company"),
            pickup_point=ship_to.maybe_text("pickup_point"),
        ),
        email=buyer.maybe_text("email"),
        phone=buyer.maybe_text("phone"),
        vat_number=buyer.maybe_text("vat_number"),
        chamber_of_commerce=buyer.maybe_text("chamber_of_commerce"),
    )
