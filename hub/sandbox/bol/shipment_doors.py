"""The v10 endpoints for shipments and their transports."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.bol import wire
from hub.sandbox.bol.account import Account
from hub.sandbox.bol.answers import Trouble, answer, invalid
from hub.sandbox.bol.checks import check_shipment, check_transport
from hub.sandbox.bol.door import Door, body_of, choice, page, page_of
from hub.sandbox.bol.order_doors import accepted, find_item
from hub.sandbox.bol.orders import Item, Order
from hub.sandbox.bol.processes import Refused
from hub.sandbox.bol.shipments import Shipment


class ShipmentDoors:
    """Accepts shipments and changes of transport, and shows them."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route("/retailer/shipments", self.list, ["GET"]),
            door.route("/retailer/shipments", self.create, ["POST"]),
            door.route("/retailer/shipments/{shipment_id}", self.get, ["GET"]),
            door.route("/retailer/transports/{transport_id}", self.change_transport, ["PUT"]),
        ]

    async def list(self, request: Request) -> Response:
        """Answer with 50 shipments, newest first, perhaps of one order only."""
        number = page_of(request)
        method = choice(request, "fulfilment-method", "FBR FBB", "FBR")
        order_id = request.query_params.get("order-id")
        found = [
            each
            for each in reversed(self.account.shipments.values())
            if order_id == each.order.order_id or (order_id is None and each.method == method)
        ]
        return page(found, number, "shipments", wire.reduced_shipment)

    async def get(self, request: Request) -> Response:
        shipment = self.account.shipments.get(request.path_params["shipment_id"])
        if shipment is None:
            raise Trouble(404, "The requested shipment was not found.")
        return answer(wire.full_shipment(shipment))

    async def create(self, request: Request) -> Response:
        """Accept a shipment; whether the items are still open shows when it is carried out."""
        body = await body_of(request)
        if wrong := list(check_shipment(body)):
            raise invalid(*wrong)
        entities = tuple(each["orderItemId"] for each in body["orderItems"])
        text = f"Create shipment for order item with id {entities[0]}."
        return accepted(self.account, self.account.command("CREATE_SHIPMENT", entities, text, lambda: self._ship(body)))

    def _ship(self, body: dict[str, Any]) -> None:
        parts = [_part(self.account, each) for each in body["orderItems"]]
        order = parts[0][0]
        if any(each is not order for each, _, _ in parts):
            raise Refused("All order items must belong to the same order.")
        transport = body.get("transport") or {}
        self.account.ship(
            Shipment(
                shipment_id=self.account.number(),
                transport_id=self.account.number(),
                order=order,
                items=[(item, quantity) for _, item, quantity in parts],
                at=self.account.clock.now(),
                reference=body.get("shipmentReference"),
                transporter=transport.get("transporterCode"),
                tracking=transport.get("trackAndTrace"),
                method="FBR",
            )
        )

    async def change_transport(self, request: Request) -> Response:
        """Accept a new tracking code; unknown transports turn out as a failure later."""
        transport_id, body = request.path_params["transport_id"], await body_of(request)
        if wrong := list(check_transport(body)):
            raise invalid(*wrong)

        def effect() -> None:
            shipment = self.account.transports.get(transport_id)
            if shipment is None:
                raise Refused(f"Transport with id {transport_id} was not found.")
            self.account.change_transport(shipment, body["trackAndTrace"], body.get("transporterCode"))

        text = f"Change transport with id {transport_id}."
        return accepted(self.account, self.account.command("CHANGE_TRANSPORT", (transport_id,), text, effect))


def _part(account: Account, wanted: dict[str, Any]) -> tuple[Order, Item, int]:
    order, item = find_item(account, wanted["orderItemId"])
    quantity = wanted.get("quantity") or item.open
    if not item.open:
        raise Refused(f"Order item {item.item_id} has already been handled.")
    if quantity > item.open:
        raise Refused(f"Quantity {quantity} exceeds the {item.open} open units of order item {item.item_id}.")
    return order, item, quantity
