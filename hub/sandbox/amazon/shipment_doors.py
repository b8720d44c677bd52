"""confirmShipment, which lives in Orders v0: one call per package, and the same reference again edits it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.answers import Trouble, invalid, unknown
from hub.sandbox.amazon.door import Door, body_of
from hub.sandbox.amazon.orders import LABEL_PROGRAMS, Item, Order, Package

Json = dict[str, Any]
CLOCKS_APART = timedelta(seconds=60)
"""How far in the future a ship date may lie: two clocks never agree."""
TEXTS = ("carrierCode", "trackingNumber", "shipDate", "packageReferenceId")
NO_PACKAGE = (
    "Failed to create package due to not finding a matching package or order already fulfilled. "
    "ErrorMessage(errorCode=GeneralError, errorMetric=PackageToUpdateNotFound)"
)


class ShipmentDoors:
    """Takes confirmations in; the status follows later."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def routes(self, door: Door) -> list[BaseRoute]:
        path = "/orders/v0/orders/{order_id}/shipmentConfirmation"
        return [door.route(path, "confirmShipment", self.confirm, "POST")]

    async def confirm(self, request: Request) -> Response:
        """Accept a package with 204; Trouble 400 for what Amazon refuses, 404 for an unknown order."""
        body = await body_of(request)
        detail = _detail(body)
        order = self.account.orders.get(request.path_params["order_id"])
        if order is None:
            raise unknown("The requested order was not found.")
        _check_order(order, body)
        self.account.accept(order, self._package(order, detail))
        return Response(status_code=204)

    def _package(self, order: Order, detail: Json) -> Package:
        reference = detail["packageReferenceId"]
        if order.status == "SHIPPED" and reference not in order.packages:
            raise invalid(NO_PACKAGE)
        carrier = detail["carrierName"] if detail["carrierCode"].lower() == "other" else detail["carrierCode"]
        return Package(
            reference=reference,
            carrier=carrier,
            method=detail.get("shippingMethod"),
            tracking=detail["trackingNumber"],
            ship_time=self._ship_time(order, detail["shipDate"]),
            created_at=self.account.now(),
            parts=_parts(order, detail["orderItems"], reference),
        )

    def _ship_time(self, order: Order, text: str) -> datetime:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise invalid("shipDate is not an ISO 8601 date-time.") from None
        at = at.replace(tzinfo=at.tzinfo or UTC)
        if at < order.placed_at.replace(microsecond=0) or at > self.account.clock.now() + CLOCKS_APART:
            raise invalid("shipDate must lie between the purchase of the order and now.")
        return at


def _detail(body: Json) -> Json:
    detail = body.get("packageDetail")
    if not isinstance(detail, dict) or not isinstance(body.get("marketplaceId"), str):
        raise invalid("marketplaceId and packageDetail are required.")
    for name in TEXTS:
        if name in detail and not isinstance(detail[name], str):
            raise _wrong_type(name)
        if not detail.get(name):
            raise invalid(f"packageDetail.{name} is required.")
    reference = detail["packageReferenceId"]
    if not (reference.isascii() and reference.isdecimal()) or int(reference) < 1:
        raise invalid("PackageReferenceId: is invalid, must be a positive numeric value.")
    if detail["carrierCode"].lower() == "other" and not isinstance(detail.get("carrierName"), str):
        raise invalid("carrierName is required when carrierCode is Other.")
    if not isinstance(detail.get("orderItems"), list):
        raise _wrong_type("orderItems")
    if not detail["orderItems"]:
        raise invalid("packageDetail.orderItems must hold at least one item.")
    return detail


def _wrong_type(name: str) -> Trouble:
    text = "The input you have submitted is not valid. Please check the fields with invalid type"
    return invalid(f"{text} [packageDetail.{name}].")


def _check_order(order: Order, body: Json) -> None:
    if body["marketplaceId"] != order.marketplace.marketplace_id:
        raise invalid("The order was not placed on this marketplace.")
    if order.by_amazon:
        raise invalid("Orders fulfilled by Amazon cannot be confirmed.")
    if any(each in LABEL_PROGRAMS for each in order.programs):
        raise invalid("Orders of this program are confirmed by the label bought from Amazon.")
    if order.status in ("PENDING", "CANCELLED"):
        raise invalid(f"An order with status {order.status} cannot be confirmed.")


def _parts(order: Order, wanted: list[Any], reference: str) -> list[tuple[Item, int]]:
    parts: dict[str, tuple[Item, int]] = {}
    for each in wanted:
        item, quantity = _part(order, each)
        before = parts.get(item.item_id, (item, 0))[1]
        parts[item.item_id] = (item, before + quantity)
    for item, quantity in parts.values():
        if quantity > item.quantity - item.cancelled - order.packed(item, without=reference):
            raise invalid(f"The quantity of order item {item.item_id} exceeds what is left to ship.")
    return list(parts.values())


def _part(order: Order, wanted: Any) -> tuple[Item, int]:
    item_id = wanted.get("orderItemId") if isinstance(wanted, dict) else None
    item = next((each for each in order.items if each.item_id == item_id), None)
    if item is None:
        said = "please obtain the value through the getOrderItems API or Manage Orders page"
        raise invalid(f"OrderItemId {item_id or ''} is invalid, {said}")
    quantity = wanted.get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
        raise invalid("orderItems.quantity must be a whole number of at least 1.")
    return item, quantity
