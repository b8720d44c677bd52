"""What bol.com's JSON means: orders of v10 and offers of v11, in the hub's own words.

Amounts are EUR including VAT; bol.com states neither a currency nor a VAT rate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from hub.adapters.fields import Fields
from hub.adapters.port import ChannelListing, OrderRef
from hub.domain.address import Buyer, PostalAddress
from hub.domain.money import Money, total
from hub.domain.order import ChannelFee, ChannelOrder, FulfilledBy, OrderLine, PaymentState

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
"""bol.com's days are Dutch days."""


def order_refs(answer: Fields, seen_at: datetime) -> list[OrderRef]:
    """Return the orders of one page of the list; bol.com answers ``{}`` where there are none."""
    return [
        OrderRef(order.text("orderId"), _changed_at(order.children("orderItems"), order, seen_at))
        for order in answer.children("orders")
    ]


def channel_order(order: Fields, seen_at: datetime) -> ChannelOrder:
    """Return an order of ``GET /retailer/orders/{id}``; ``seen_at`` stands in for times that bol.com left out.

    bol.com collects the money, so every order counts as paid; its total is the sum of its lines. Items that bol.com
    ships itself are left out of an order that the retailer ships too: they are no goods of the retailer's.
    """
    items = order.children("orderItems")
    lines = tuple(_line(item) for item in _own(items) or items)
    changed_at = _changed_at(items, order, seen_at)
    return ChannelOrder(
        external_id=order.text("orderId"),
        number=order.text("orderId"),
        placed_at=order.maybe_instant("orderPlacedDateTime", AMSTERDAM) or changed_at,
        changed_at=changed_at,
        currency="EUR",
        total=total(line.gross for line in lines),
        payment=PaymentState.PAID,
        fulfilled_by=_fulfilled_by(items),
        lines=lines,
        buyer=_buyer(order),
        cancelled=bool(lines) and all(line.cancelled >= line.quantity for line in lines),
        ship_by=_ship_by(items),
        country=_country(order),
        raw_status=_status(lines),
        remarks=tuple(_remarks(items)),
        fees=tuple(_commissions(_own(items) or items)),
    )


def listing(offer: Fields) -> ChannelListing:
    """Return an offer of v11; its quantity is what bol.com sells from: our figure, less what it subtracts itself."""
    stock = offer.maybe_child("stock")
    offer_id = offer.text("offerId")
    return ChannelListing(
        external_id=offer_id,
        sku=offer.maybe_text("reference"),
        ean=offer.maybe_text("ean"),
        title=offer.maybe_text("unknownProductTitle") or offer.maybe_text("reference") or offer_id,
        quantity=stock.count("correctedStock", stock.count("amount", 0)) if stock else None,
        references={"offer_id": offer_id},
        stocked_by_platform=_method(offer) == "FBB",
        price=_price(offer),
    )


def _price(offer: Fields) -> Money | None:
    """Return the price of one, always in EUR; more at a time may cost less each."""
    pricing = offer.maybe_child("pricing")
    singles = [each for each in pricing.children("bundlePrices") if each.count("quantity") == 1] if pricing else []
    amount = singles[0].maybe_amount("unitPrice") if singles else None
    return None if amount is None else Money(amount, "EUR")


def _line(item: Fields) -> OrderLine:
    product, offer = item.maybe_child("product"), item.maybe_child("offer")
    return OrderLine(
        line_id=item.text("orderItemId"),
        sku=offer.maybe_text("reference") if offer else None,
        ean=product.maybe_text("ean") if product else None,
        title=(product.maybe_text("title") if product else None) or f"bol.com item {item.text('orderItemId')}",
        quantity=item.count("quantity"),
        gross=item.amount("totalPrice"),
        discount=total(discount.amount("amount") for discount in item.children("discounts")),
        cancelled=item.count("quantityCancelled", 0),
        shipped=item.count("quantityShipped", 0),
        cancellation_requested=item.flag("cancellationRequest"),
        external_listing_id=offer.maybe_text("offerId") if offer else None,
    )


def _commissions(items: Sequence[Fields]) -> Iterator[ChannelFee]:
    """Yield what bol.com keeps of each item, for all of its units."""
    for item in items:
        if commission := item.maybe_amount("commission"):
            yield ChannelFee("commission", commission, "EUR", item.text("orderItemId"))


def _changed_at(items: Sequence[Fields], order: Fields, seen_at: datetime) -> datetime:
    moments = [moment for item in items if (moment := item.maybe_instant("latestChangedDateTime", AMSTERDAM))]
    return max(moments) if moments else order.maybe_instant("orderPlacedDateTime", AMSTERDAM) or seen_at


def _method(thing: Fields) -> str | None:
    fulfilment = thing.maybe_child("fulfilment")
    return fulfilment.maybe_text("method") if fulfilment else None


def _own(items: Sequence[Fields]) -> list[Fields]:
    return [item for item in items if _method(item) != "FBB"]


def _fulfilled_by(items: Sequence[Fields]) -> FulfilledBy:
    by_platform = bool(items) and all(_method(item) == "FBB" for item in items)
    return FulfilledBy.PLATFORM if by_platform else FulfilledBy.SELLER


def _ship_by(items: Sequence[Fields]) -> datetime | None:
    """Return the earliest deadline: the start of the day on which bol.com cancels, or must have delivered."""
    deadlines = []
    for item in items:
        fulfilment = item.maybe_child("fulfilment")
        if fulfilment is None or fulfilment.maybe_text("method") == "FBB":
            continue
        keys = ("expiryDate", "latestDeliveryDate", "exactDeliveryDate")
        deadlines += [day for key in keys if (day := fulfilment.maybe_day(key, AMSTERDAM))][:1]
    return min(deadlines, default=None)


def _status(lines: Sequence[OrderLine]) -> str:
    if all(line.cancelled >= line.quantity for line in lines):
        return "CANCELLED"
    handled = all(line.cancelled + line.shipped >= line.quantity for line in lines)
    return "HANDLED" if handled else "OPEN"


def _remarks(items: Sequence[Fields]) -> list[str]:
    fulfilments = [fulfilment for item in items if (fulfilment := item.maybe_child("fulfilment"))]
    remarks = []
    if any(_bol_label(each) for each in fulfilments):
        remarks.append("Shipping via bol.com: needs a bol.com label")
    if len({each.maybe_text("method") for each in fulfilments}) > 1:
        remarks.append("bol.com ships part of this order from its own warehouse")
    return remarks


def _bol_label(fulfilment: Fields) -> bool:
    return fulfilment.maybe_text("distributionParty") == "BOL" and fulfilment.maybe_text("method") != "FBB"


def _country(order: Fields) -> str | None:
    details = order.maybe_child("shipmentDetails")
    return details.maybe_text("countryCode") if details else None


def _buyer(order: Fields) -> Buyer | None:
    details, billing = order.maybe_child("shipmentDetails"), order.maybe_child("billingDetails")
    if details is None:
        return None
    ship_to = _address(details, pickup=order.flag("pickupPoint"))
    bill_to = _address(billing, pickup=False) if billing and billing.maybe_text("streetName") else None
    return Buyer(
        ship_to=ship_to,
        email=details.maybe_text("email"),
        phone=details.maybe_text("deliveryPhoneNumber"),
        vat_number=billing.maybe_text("vatNumber") if billing else None,
        chamber_of_commerce=billing.maybe_text("kvkNumber") if billing else None,
        bill_to=bill_to if bill_to != ship_to else None,
    )


def _address(details: Fields, *, pickup: bool) -> PostalAddress:
    point = details.maybe_text("pickupPointName")
    return PostalAddress(
        name=_joined(details, "firstName", "surname"),
        street=details.maybe_text("streetName") or "",
        house_number=details.maybe_text("houseNumber"),
        house_number_extension=_joined(details, "houseNumberExtension", "extraAddressInformation") or None,
        postcode=details.maybe_text("zipCode") or "",
        city=details.maybe_text("city") or "",
        country=details.maybe_text("countryCode") or "",
        company=details.maybe_text("company"),
        pickup_point=(point or "") if pickup else point,
    )


def _joined(details: Fields, *keys: str) -> str:
    return " ".join(text for key in keys if (text := details.maybe_text(key)))
