"""What Shopify's orders and variants mean, in the hub's own words.

Amounts are those of the shop's currency, or those of the buyer's own where the channel wants it, and never of both.
Line amounts come before removals, so that what was cancelled or refunded
before it was sent stays visible as cancelled units; the total is the one after them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from hub.adapters.fields import Fields, unreadable
from hub.adapters.port import ChannelListing, OrderRef
from hub.adapters.shopify import people
from hub.adapters.shopify.amounts import Priced, Side, amount, channel_remits, maybe_amount, priced
from hub.adapters.shopify.gids import number_of
from hub.adapters.shopify.payments import payments
from hub.adapters.shopify.settling import Counted, Settled, settle
from hub.domain.money import cents, total
from hub.domain.order import ChannelFee, ChannelOrder, Charge, ChargeKind, FulfilledBy, OrderLine, PaymentState
from hub.domain.tax.supply import DeemedScheme

PAYMENTS = {
    "PENDING": PaymentState.PENDING,
    "AUTHORIZED": PaymentState.AUTHORIZED,
    "PARTIALLY_PAID": PaymentState.PARTLY_PAID,
    "PAID": PaymentState.PAID,
    "PARTIALLY_REFUNDED": PaymentState.PARTLY_REFUNDED,
    "REFUNDED": PaymentState.REFUNDED,
    "VOIDED": PaymentState.VOIDED,
    "EXPIRED": PaymentState.VOIDED,
}
"""Shopify's financial statuses; an authorisation that expired was never captured, as one that was voided."""

Sent = Mapping[str, int]
"""Units that left, by line; returned ones count as well."""


def order_ref(order: Fields) -> OrderRef:
    changed = order.maybe_instant("updatedAt")
    if changed is None:
        raise unreadable(f"{order.where}.updatedAt is missing")
    return OrderRef(number_of(order), changed)


def removed_units(line: Fields) -> int:
    """Return how many units of a line were removed: cancelled before they were sent, or returned after."""
    return max(0, line.count("quantity") - line.count("currentQuantity"))


def channel_order(
    order: Fields, lines: Sequence[Fields], sent: Sent | None = None, side: Side = Side.SHOP
) -> ChannelOrder:
    """Return an order; ``sent`` is needed only where units were removed from an order that was sent in part."""
    ref = order_ref(order)
    settled = _settled(order, lines, sent, side)
    return ChannelOrder(
        external_id=ref.external_id,
        number=order.text("name"),
        placed_at=order.maybe_instant("createdAt") or ref.changed_at,
        changed_at=ref.changed_at,
        currency=order.text(side.currency),
        total=settled.total,
        payment=_payment(order),
        fulfilled_by=FulfilledBy.SELLER,
        lines=settled.lines,
        buyer=people.buyer(order),
        charges=settled.charges,
        cancelled=_cancelled(order),
        country=people.country(order),
        raw_status=f"{order.maybe_text('displayFinancialStatus')}/{order.maybe_text('displayFulfillmentStatus')}",
        remarks=tuple(_remarks(order, settled, side)),
        fees=tuple(_fees(order)),
        payments=tuple(payments(order, side)),
    )


def _fees(order: Fields) -> Iterator[ChannelFee]:
    """Yield what Shopify Payments keeps of each payment; other payment services tell Shopify nothing of theirs."""
    for transaction in order.children("transactions"):
        for fee in transaction.children("fees"):
            money = Fields.of(fee.values.get("amount"), "fee.amount")
            if kept := money.amount("amount"):
                yield ChannelFee(fee.maybe_text("type") or "payment", kept, money.text("currencyCode"))


def _cancelled(order: Fields) -> bool:
    return order.maybe_instant("cancelledAt") is not None


def _payment(order: Fields) -> PaymentState:
    """Say how far the payment has come; a gift card is a payment like any other, an authorisation is none yet."""
    status = order.maybe_text("displayFinancialStatus")
    if status is None:
        return PaymentState.PAID if order.flag("fullyPaid") else PaymentState.PENDING
    return PAYMENTS.get(status, PaymentState.PENDING)


def _settled(order: Fields, lines: Sequence[Fields], sent: Sent | None, side: Side) -> Settled:
    """Return the parts of an order; one that is cancelled as a whole is told as it was placed."""
    counted = [_counted(line, order, sent, side) for line in lines if line.count("quantity") > 0]
    if _cancelled(order):
        whole = [Counted(one.line, one.line.quantity) for one in counted]
        charges = list(_shipping(order, "discountedPriceSet", side))
        return settle(whole, charges, (), amount(order, "totalPriceSet", side), 0)
    charges = list(_shipping(order, "currentDiscountedPriceSet", side))
    extras, now = list(_extras(order, side)), amount(order, "currentTotalPriceSet", side)
    return settle(counted, charges, extras, now, _slack(order, counted, charges, side))


def _slack(order: Fields, counted: Sequence[Counted], charges: Sequence[Charge], side: Side) -> int:
    """Return the cents that Shopify's rounding may have moved: none on an order as simple as most are.

    Where two currencies are told, either side may be the converted one.
    """
    roundings = 1 if order.flag("taxesIncluded") else 2
    partly = sum(one.partly for one in counted) + _refunded_shippings(order, side)
    converted = len(counted) + len(charges) + 1 if _foreign(order) else 0
    return roundings * (partly + converted)


def _foreign(order: Fields) -> bool:
    return order.maybe_text("presentmentCurrencyCode") not in (None, order.text("currencyCode"))


def _counted(line: Fields, order: Fields, sent: Sent | None, side: Side) -> Counted:
    quantity, current = line.count("quantity"), line.count("currentQuantity")
    waiting, name = line.count("unfulfilledQuantity", 0), number_of(line)
    shipped = max(0, current - waiting) if sent is None else sent.get(name, 0)
    discount = total(amount(each, "allocatedAmountSet", side) for each in line.children("discountAllocations"))
    price = priced(
        line, amount(line, "originalTotalSet", side) - discount, included=order.flag("taxesIncluded"), side=side
    )
    variant = line.maybe_child("variant")
    item = variant.maybe_child("inventoryItem") if variant is not None else None
    made = OrderLine(
        line_id=name,
        sku=line.maybe_text("sku"),
        ean=variant.maybe_text("barcode") if variant is not None else None,
        title=line.maybe_text("name") or f"item {name}",
        quantity=quantity,
        gross=price.gross,
        vat_rate=price.rate,
        vat=price.vat,
        discount=_with_vat(discount, price, included=order.flag("taxesIncluded")),
        cancelled=min(removed_units(line), max(0, quantity - shipped - waiting)),
        shipped=shipped,
        external_listing_id=item.maybe_text("legacyResourceId") if item is not None else None,
        deemed=DeemedScheme.FACILITATOR if channel_remits(line) else None,
        voucher=line.flag("isGiftCard"),
    )
    return Counted(made, max(0, min(current, quantity)))


def _with_vat(discount: Decimal, price: Priced, *, included: bool) -> Decimal:
    """Return a discount with the VAT that it saved, where the shop's prices are without."""
    return discount if included or price.rate is None else cents(discount * (1 + price.rate))


def _shippings(order: Fields) -> list[Fields]:
    page = order.maybe_child("shippingLines")
    return page.children("nodes") if page is not None else []


def _refunded_shippings(order: Fields, side: Side) -> int:
    first, now = "discountedPriceSet", "currentDiscountedPriceSet"
    return sum(0 < amount(each, now, side) < amount(each, first, side) for each in _shippings(order))


def _shipping(order: Fields, key: str, side: Side) -> Iterator[Charge]:
    """Yield what is paid for shipping; the VAT falls with what was given back."""
    for line in _shippings(order):
        first, now = amount(line, "discountedPriceSet", side), amount(line, key, side)
        whole = priced(line, first, included=order.flag("taxesIncluded"), side=side)
        part = Decimal(1) if now == first else now / first if first else Decimal(0)
        gross = whole.gross if part == 1 else cents(whole.gross * part)
        if gross:
            title = line.maybe_text("title") or "Shipping"
            yield Charge(ChargeKind.SHIPPING, title, gross, whole.rate, cents(whole.vat * part))


def _extras(order: Fields, side: Side) -> Iterator[Charge]:
    """Yield what Shopify names beside lines and shipping; it states no VAT rate on these."""
    named = [("Tip", "totalTipReceivedSet"), ("Additional fees", "currentTotalAdditionalFeesSet")]
    named += [] if order.flag("dutiesIncluded") else [("Duties", "currentTotalDutiesSet")]
    for title, key in named:
        gross = maybe_amount(order, key, side)
        if gross:
            yield Charge(ChargeKind.FEE, title, gross)


def _remarks(order: Fields, settled: Settled, side: Side) -> Iterator[str]:
    """Yield what a person should know; nothing personal, for remarks are kept in the log."""
    if order.flag("test"):
        yield "A test order: no money moved"
    if _foreign(order) and side is Side.SHOP:
        paid = amount(order, "currentTotalPriceSet", Side.BUYER)
        yield f"The buyer pays {paid} {order.text('presentmentCurrencyCode')}; amounts are those of the shop's currency"
    if settled.moved:
        yield f"{settled.moved} of Shopify's rounding was added to a line"
    if order.maybe_text("displayFulfillmentStatus") == "ON_HOLD":
        yield "Shopify holds the order: it cannot be sent yet"
    if refunded := maybe_amount(order, "totalRefundedSet", side):
        yield f"Refunded in Shopify: {refunded}"
    taxed: list[OrderLine | Charge] = [*settled.lines, *settled.charges]
    if any(part.vat is not None and part.vat_rate is None for part in taxed):
        yield "Shopify states several tax rates on one line"
    if any(line.deemed for line in settled.lines):
        yield "The sales channel remits the VAT of this order: do not book VAT on it"
    if not any(part.vat for part in taxed):
        yield "Shopify states no VAT on this order"
    if people.buyer(order) is None:
        yield "Shopify shows no address: there is none, or the app needs access to protected customer data"


def available(item: Fields) -> int | None:
    """Return what an inventory item shows as available at the location asked for; None where it is not stocked."""
    return quantity_of(item.maybe_child("inventoryLevel"))


def quantity_of(level: Fields | None) -> int | None:
    """Return the one quantity that was asked for of a level."""
    quantities = level.children("quantities") if level is not None else []
    return quantities[0].count("quantity") if quantities else None


def listing(variant: Fields) -> ChannelListing:
    """Return a variant as a listing; its key is the inventory item, as SKUs may be missing or there twice."""
    item = Fields.of(variant.values.get("inventoryItem"), "inventoryItem")
    product = variant.maybe_child("product")
    references = {
        "inventory_item_id": number_of(item),
        "variant_id": number_of(variant),
        "tracked": str(item.flag("tracked")).lower(),
    }
    if product is not None:
        references["product_id"] = number_of(product)
    return ChannelListing(
        external_id=references["inventory_item_id"],
        sku=variant.maybe_text("sku"),
        ean=variant.maybe_text("barcode"),
        title=variant.maybe_text("displayName") or references["variant_id"],
        quantity=available(item),
        references=references,
        stocked_by_platform=variant.flag("requiresComponents"),
    )
