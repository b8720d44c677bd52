"""What Amazon's JSON means: orders of 2026-01-01, in the hub's own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hub.adapters.amazon import buyers
from hub.adapters.amazon.marketplaces import CURRENCIES
from hub.adapters.amazon.proceeds import COD_FEE, GIFT_WRAP, ITEM, OTHER, SHIPPING, Proceeds, item_proceeds
from hub.adapters.fields import Fields, unreadable
from hub.adapters.port import OrderRef
from hub.domain.money import total
from hub.domain.order import ChannelOrder, Charge, ChargeKind, FulfilledBy, OrderLine, PaymentState
from hub.domain.tax.supply import DeemedScheme

CANCELLED = "CANCELLED"
READY = frozenset({"UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED", CANCELLED, "UNFULFILLABLE"})
"""Statuses of orders whose payment is authorised; any other must not be shipped yet, known or not."""
AMAZON_LABELS = frozenset({"PRIME", "FBM_SHIP_PLUS"})
"""Programmes whose parcels need a label bought from Amazon, which confirms the shipment by itself."""
CHARGES = {
    SHIPPING: (ChargeKind.SHIPPING, "Shipping"),
    GIFT_WRAP: (ChargeKind.FEE, "Gift wrapping"),
    COD_FEE: (ChargeKind.FEE, "Cash on delivery"),
    OTHER: (ChargeKind.FEE, "Other"),
}
_TIP = "DELIVERY_TIP"


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What confirming a parcel or cancelling needs to know of an order; ``status`` is of when it was read."""

    order_id: str
    marketplace: str
    placed_at: datetime
    by_amazon: bool
    amazon_label: bool
    status: str


def order_refs(answer: Fields) -> list[OrderRef]:
    """Return the orders of a page of search results, oldest first."""
    refs = [OrderRef(order.text("orderId"), _moment(order, "lastUpdatedTime")) for order in answer.children("orders")]
    return sorted(refs, key=lambda ref: (ref.changed_at, ref.external_id))


def facts(order: Fields) -> OrderFacts:
    """Return what an order's core tells; needs the data set FULFILLMENT."""
    return OrderFacts(
        order_id=order.text("orderId"),
        marketplace=_marketplace(order),
        placed_at=_moment(order, "createdTime"),
        by_amazon=_by_amazon(order),
        amazon_label=bool(AMAZON_LABELS & _programs(order)),
        status=_status(order),
    )


def channel_order(order: Fields) -> ChannelOrder:
    """Return an order of ``getOrder``.

    A pending one has no address and mostly no prices, but its lines claim stock. Also one that should have prices
    and has none counts as not paid yet, so that nothing is booked at zero.
    """
    items = [(item, item_proceeds(item)) for item in order.children("orderItems")]
    status, grand_total = _status(order), _grand_total(order)
    ready = status in READY and (grand_total is not None or any(proceeds.stated for _, proceeds in items))
    lines = tuple(_line(item, proceeds, whole=status == CANCELLED) for item, proceeds in items)
    charges = tuple(_charges([proceeds for _, proceeds in items], order))
    return ChannelOrder(
        external_id=order.text("orderId"),
        number=order.text("orderId"),
        placed_at=_moment(order, "createdTime"),
        changed_at=_moment(order, "lastUpdatedTime"),
        currency=_currency(order),
        total=grand_total if grand_total is not None else _sum(lines, charges),
        payment=PaymentState.PAID if ready else PaymentState.PENDING,
        fulfilled_by=FulfilledBy.PLATFORM if _by_amazon(order) else FulfilledBy.SELLER,
        lines=lines,
        buyer=buyers.buyer(order),
        charges=charges,
        cancelled=status == CANCELLED,
        ship_by=_ship_by(order),
        country=buyers.country(order),
        raw_status=status,
        remarks=tuple(_remarks(order)) if ready else (),
    )


def _moment(order: Fields, key: str) -> datetime:
    found = order.maybe_instant(key)
    if found is None:
        raise unreadable(f"{order.where}.{key} is missing")
    return found


def _marketplace(order: Fields) -> str:
    channel = order.maybe_child("salesChannel")
    return (channel.maybe_text("marketplaceId") if channel else None) or ""


def _status(order: Fields) -> str:
    fulfillment = order.maybe_child("fulfillment")
    return (fulfillment.maybe_text("fulfillmentStatus") if fulfillment else None) or ""


def _by_amazon(order: Fields) -> bool:
    fulfillment = order.maybe_child("fulfillment")
    return fulfillment is not None and fulfillment.maybe_text("fulfilledBy") == "AMAZON"


def _programs(order: Fields) -> set[str]:
    named = order.values.get("programs")
    return {each for each in named if isinstance(each, str)} if isinstance(named, list) else set()


def _ship_by(order: Fields) -> datetime | None:
    fulfillment = order.maybe_child("fulfillment")
    window = fulfillment.maybe_child("shipByWindow") if fulfillment else None
    return window.maybe_instant("latestDateTime") if window else None


def _money(holder: Fields | None, key: str) -> Fields | None:
    return holder.maybe_child(key) if holder else None


def _grand_total(order: Fields) -> Decimal | None:
    money = _money(order.maybe_child("proceeds"), "grandTotal")
    return money.amount("amount") if money else None


def _currency(order: Fields) -> str:
    """Return the currency of the prices; of the marketplace, where there are none yet."""
    held = [_money(order.maybe_child("proceeds"), "grandTotal")]
    held += [_money(item.maybe_child("proceeds"), "proceedsTotal") for item in order.children("orderItems")]
    named = [code for money in held if money and (code := money.maybe_text("currencyCode"))]
    return named[0] if named else CURRENCIES.get(_marketplace(order), "EUR")


def _sum(lines: Sequence[OrderLine], charges: Sequence[Charge]) -> Decimal:
    return total(line.gross for line in lines) + total(charge.gross for charge in charges)


def _line(item: Fields, proceeds: Proceeds, *, whole: bool) -> OrderLine:
    product = item.maybe_child("product") or Fields({}, "product")
    sku, goods = product.verbatim("sellerSku"), proceeds.goods
    return OrderLine(
        line_id=item.text("orderItemId"),
        sku=sku,
        ean=None,
        title=product.maybe_text("title") or sku or f"Amazon item {item.text('orderItemId')}",
        quantity=item.count("quantityOrdered"),
        gross=goods.gross,
        vat_rate=goods.vat_rate,
        vat=goods.vat if goods.vat_rate is not None else None,
        discount=goods.discount,
        cancelled=_cancelled(item, whole=whole),
        shipped=_units(item, "quantityFulfilled") or 0,
        cancellation_requested=_cancellation(item, "cancellationRequest") is not None,
        external_listing_id=sku,
        deemed=_deemed(item),
    )


def _deemed(item: Fields) -> DeemedScheme | None:
    """Return by which scheme Amazon is the supplier of an item in the eyes of the tax office; None where it is not."""
    schemes = list(_collected(item))
    if not schemes:
        return None
    named = {scheme.value.upper(): scheme for scheme in DeemedScheme}
    return next((named[scheme.upper()] for scheme in schemes if scheme.upper() in named), DeemedScheme.FACILITATOR)


def _units(item: Fields, key: str) -> int | None:
    fulfillment = item.maybe_child("fulfillment")
    return fulfillment.count(key) if fulfillment and fulfillment.values.get(key) is not None else None


def _cancellation(item: Fields, key: str) -> Fields | None:
    cancellation = item.maybe_child("cancellation")
    return cancellation.maybe_child(key) if cancellation else None


def _cancelled(item: Fields, *, whole: bool) -> int:
    """Return how many units are off: those neither shipped nor to be shipped, where a cancellation took place.

    Without one, units that Amazon does not list as open are only not listed yet.
    """
    if not whole and _cancellation(item, "cancellationExecution") is None:
        return 0
    shipped, still_open = _units(item, "quantityFulfilled") or 0, _units(item, "quantityUnfulfilled") or 0
    return max(0, item.count("quantityOrdered") - shipped - (0 if whole else still_open))


def _charges(items: Sequence[Proceeds], order: Fields) -> Iterator[Charge]:
    """Yield what is paid beside the goods, summed over the items by kind and VAT rate."""
    sums: dict[tuple[str, Decimal | None], list[tuple[Decimal, Decimal | None]]] = {}
    for proceeds in items:
        for kind, part in proceeds.parts.items():
            if kind != ITEM:
                sums.setdefault((kind, part.vat_rate), []).append((part.gross, part.vat))
    for (kind, rate), amounts in sums.items():
        name, description = CHARGES[kind]
        vat = None if rate is None else total(vat or Decimal(0) for _, vat in amounts)
        yield Charge(name, description, total(gross for gross, _ in amounts), rate, vat)
    if tip := _tip(order):
        yield Charge(ChargeKind.FEE, "Delivery tip", tip)


def _tip(order: Fields) -> Decimal:
    """Return what the order holds beside its items: a tip is charged for the order alone."""
    proceeds = order.maybe_child("proceeds")
    told = proceeds.children("breakdowns") if proceeds else []
    subtotals = [each.maybe_child("subtotal") for each in told if each.maybe_text("type") == _TIP]
    return total(subtotal.amount("amount") for subtotal in subtotals if subtotal)


def _remarks(order: Fields) -> Iterator[str]:
    if AMAZON_LABELS & _programs(order):
        yield "Prime or Ship+: must be shipped with a label bought from Amazon"
    if schemes := sorted({scheme for item in order.children("orderItems") for scheme in _collected(item)}):
        yield f"Amazon collects the VAT of this order ({', '.join(schemes)}): do not book VAT on it"


def _collected(item: Fields) -> Iterator[str]:
    """Yield how Amazon accounts for the VAT of an item that it collects as deemed supplier."""
    tax = item.maybe_child("tax")
    models = [each.maybe_text("model") for each in tax.children("taxCollections")] if tax else []
    if tax and "MARKETPLACE_FACILITATOR" in models:
        named = [each.maybe_text("reportingScheme") for each in tax.children("taxCalculationBreakdowns")]
        yield from [scheme for scheme in named if scheme] or ["deemed supplier"]
