"""What bol.com checks in request bodies before it accepts them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Violation = tuple[str, str]
REASONS = [
    "OUT_OF_STOCK",
    "REQUESTED_BY_CUSTOMER",
    "BAD_CONDITION",
    "HIGHER_SHIPCOST",
    "INCORRECT_PRICE",
    "NOT_AVAIL_IN_TIME",
    "NO_BOL_GUARANTEE",
    "ORDERED_TWICE",
    "RETAIN_ITEM",
    "TECH_ISSUE",
    "UNFINDABLE_ITEM",
    "OTHER",
]
RESOURCES = [
    "PROCESS_STATUS",
    "SHIPMENT",
    "PRICE_STAR_BOUNDARY",
    "COMPETING_OFFER",
    "OFFER_FOR_SALE",
    "OFFER_NOT_FOR_SALE",
    "ORDER",
]
SUBSCRIPTION_TYPES = ("WEBHOOK", "GCP_PUBSUB", "AWS_SQS")
MAX_ITEMS = 100


def is_integer(value: object) -> bool:
    """Say whether a JSON value is an integer; true and false are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def check_stock(stock: Any, *, complete: bool) -> Iterator[Violation]:
    """Check a v11 stock member; ``complete`` when an offer is made, where both parts are mandatory."""
    if not isinstance(stock, dict):
        yield "stock", "must be an object"
        return
    amount: Any = stock.get("amount", None if complete else 0)
    if not is_integer(amount) or amount < 0:
        yield "stock.amount", "must be a whole number of at least 0"
    if not isinstance(stock.get("managedByRetailer", None if complete else True), bool):
        yield "stock.managedByRetailer", "must be a boolean"


def check_pricing(pricing: Any) -> Iterator[Violation]:
    """Check bundle prices: quantities rise from 1, unit prices fall, between 1 and 9999."""
    bundles = pricing.get("bundlePrices") if isinstance(pricing, dict) else None
    if not isinstance(bundles, list) or not bundles or not all(isinstance(each, dict) for each in bundles):
        yield "pricing.bundlePrices", "must not be empty"
        return
    quantities = [each.get("quantity") for each in bundles]
    prices = [each.get("unitPrice") for each in bundles]
    if not all(map(is_integer, quantities)) or quantities != sorted(set(quantities)) or quantities[0] != 1:
        yield "pricing.bundlePrices.quantity", "must start at 1 and increase strictly"
    if not all(isinstance(each, int | float) and 1 <= each <= 9999 for each in prices):
        yield "pricing.bundlePrices.unitPrice", "must be between 1 and 9999"
    elif prices != sorted(set(prices), reverse=True):
        yield "pricing.bundlePrices.unitPrice", "must decrease strictly"


def check_offer(body: dict[str, Any], *, complete: bool) -> Iterator[Violation]:
    """Check a new offer (``complete``) or a partial change of one."""
    needed = ("ean", "condition", "pricing", "fulfilment") if complete else ()
    yield from ((name, "must not be null") for name in needed if body.get(name) is None)
    if body.get("pricing") is not None:
        yield from check_pricing(body["pricing"])
    if body.get("stock") is not None:
        yield from check_stock(body["stock"], complete=complete)
    if len(str(body.get("reference") or "")) > 100:
        yield "reference", "size must be between 0 and 100"
    if not isinstance(body.get("onHoldByRetailer", False), bool):
        yield "onHoldByRetailer", "must be a boolean"
    fulfilment = body.get("fulfilment")
    if fulfilment is not None and (not isinstance(fulfilment, dict) or fulfilment.get("method") not in ("FBR", "FBB")):
        yield "fulfilment.method", "must be FBR or FBB"


def check_cancellation(body: dict[str, Any]) -> Iterator[Violation]:
    """Check a cancellation: exactly one item, with a known reason."""
    items = body.get("orderItems")
    if not isinstance(items, list) or len(items) != 1 or not isinstance(items[0], dict):
        yield "orderItems", "size must be between 1 and 1"
        return
    if not is_text(items[0].get("orderItemId")):
        yield "orderItems[0].orderItemId", "must not be blank"
    if items[0].get("reasonCode") not in REASONS:
        yield "orderItems[0].reasonCode", f"allowed values: {', '.join(REASONS)}"


def check_shipment(body: dict[str, Any]) -> Iterator[Violation]:
    """Check a shipment: 1 to 100 items, and either a bol label or a transport of one's own."""
    items = body.get("orderItems")
    if not isinstance(items, list) or not 1 <= len(items) <= MAX_ITEMS:
        yield "orderItems", f"size must be between 1 and {MAX_ITEMS}"
        return
    for place, item in enumerate(items):
        yield from _check_shipped(place, item)
    reference = body.get("shipmentReference")
    if reference is not None and (not is_text(reference) or len(reference) > 90):
        yield "shipmentReference", "size must be between 1 and 90"
    label, transport = body.get("shippingLabelId"), body.get("transport")
    if (label is None) == (transport is None):
        yield "transport", "either a shippingLabelId or a transport is required"
    elif transport is not None and (not isinstance(transport, dict) or not is_text(transport.get("transporterCode"))):
        yield "transport.transporterCode", "must not be blank"


def _check_shipped(place: int, item: Any) -> Iterator[Violation]:
    if not isinstance(item, dict) or not is_text(item.get("orderItemId")):
        yield f"orderItems[{place}].orderItemId", "must not be blank"
        return
    quantity = item.get("quantity")
    if quantity is not None and (not is_integer(quantity) or quantity < 1):
        yield f"orderItems[{place}].quantity", "must be greater than or equal to 1"


def check_transport(body: dict[str, Any]) -> Iterator[Violation]:
    if not is_text(body.get("trackAndTrace")):
        yield "trackAndTrace", "must not be blank"


def check_subscription(body: dict[str, Any]) -> Iterator[Violation]:
    """Check a subscription: resources, type and address are all mandatory."""
    resources = body.get("resources")
    if not isinstance(resources, list) or not resources or not all(each in RESOURCES for each in resources):
        yield "resources", f"allowed values: {', '.join(RESOURCES)}"
    if body.get("subscriptionType") not in SUBSCRIPTION_TYPES:
        yield "subscriptionType", f"allowed values: {', '.join(SUBSCRIPTION_TYPES)}"
    if not is_text(body.get("url")):
        yield "url", "must not be blank"
