"""What can be searched by, per kind of object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from hub.sandbox.shopify.bulk import BulkOperation
from hub.sandbox.shopify.goods import Product, Variant
from hub.sandbox.shopify.orders import Order
from hub.sandbox.shopify.totals import financial_status, fulfilment_status
from hub.sandbox.shopify.webhooks import Subscription

if TYPE_CHECKING:
    from hub.sandbox.shopify.shop import Shop

T = TypeVar("T")
STAMPED = "updated_at"


def _status(order: Order) -> list[str]:
    if order.cancelled_at is not None:
        return ["cancelled", "any"]
    return ["closed", "any"] if order.closed_at is not None else ["open", "any", "not_closed"]


ORDERS: Mapping[str, Callable[[Order], Any]] = {
    "id": lambda order: str(order.number),
    "name": lambda order: order.name,
    "created_at": lambda order: order.created_at,
    "processed_at": lambda order: order.created_at,
    "updated_at": lambda order: order.stamps,
    "status": _status,
    "financial_status": financial_status,
    "fulfillment_status": lambda order: [
        fulfilment_status(order),
        {"FULFILLED": "shipped", "PARTIALLY_FULFILLED": "partial"}.get(fulfilment_status(order), "unshipped"),
    ],
    "sku": lambda order: [line.sku for line in order.lines if line.sku],
    "tag": lambda order: order.tags,
    "email": lambda order: order.buyer.email,
    "test": lambda order: "false",
    "customer_id": lambda order: str(order.customer_number),
    "confirmation_number": lambda order: f"C{order.sequence}",
}
PRODUCTS: Mapping[str, Callable[[Product], Any]] = {
    "id": lambda product: str(product.number),
    "title": lambda product: product.title,
    "status": lambda product: product.status,
    "created_at": lambda product: product.created_at,
    "updated_at": lambda product: product.stamps,
    "sku": lambda product: [each.sku for each in product.variants],
    "barcode": lambda product: [each.barcode for each in product.variants],
    "vendor": lambda product: "Sandbox",
    "tag": lambda product: [],
}
VARIANTS: Mapping[str, Callable[[Variant], Any]] = {
    "id": lambda variant: str(variant.number),
    "sku": lambda variant: variant.sku,
    "barcode": lambda variant: variant.barcode,
    "title": lambda variant: variant.title,
    "product_id": lambda variant: str(variant.product.number),
    "product_status": lambda variant: variant.product.status,
    "updated_at": lambda variant: variant.updated_at,
    "vendor": lambda variant: "Sandbox",
}
ITEMS: Mapping[str, Callable[[Variant], Any]] = {
    "id": lambda variant: str(variant.item_number),
    "sku": lambda variant: variant.sku,
    "created_at": lambda variant: variant.created_at,
    "updated_at": lambda variant: variant.updated_at,
}
SUBSCRIPTIONS: Mapping[str, Callable[[Subscription], Any]] = {
    "id": lambda each: str(each.number),
    "created_at": lambda each: each.created_at,
    "updated_at": lambda each: each.updated_at,
}
BULKS: Mapping[str, Callable[[BulkOperation], Any]] = {
    "id": lambda each: str(each.number),
    "status": lambda each: each.status,
    "operation_type": lambda each: each.kind,
    "created_at": lambda each: each.created_at,
}


def indexed(fields: Mapping[str, Callable[[T], Any]], shop: Shop) -> dict[str, Callable[[T], Any]]:
    """Return the readers as the index knows the rows: of several changes the newest it has heard of."""
    until = shop.indexed_until()

    def late(read: Callable[[T], Any]) -> Callable[[T], Any]:
        def stamp(row: T) -> datetime:
            stamps: Any = read(row)
            heard = [each for each in stamps if each <= until] if isinstance(stamps, list) else [stamps]
            newest: datetime = heard[-1] if heard else stamps[0]
            return newest

        return stamp

    return {name: late(read) if name == STAMPED else read for name, read in fields.items()}
