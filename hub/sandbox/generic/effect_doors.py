"""The endpoints that take an effect once per reference: parcels and cancellations."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from hub.sandbox.generic.door import Door, Trouble, body_of, number_in, rows_in, text_in
from hub.sandbox.generic.order_doors import find_order
from hub.sandbox.generic.orders import Json, Order
from hub.sandbox.generic.shop import Shop

REASONS = ("no_stock", "buyer_asked", "address", "price_error", "other")


class EffectDoors:
    """Takes parcels and cancellations."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route("/orders/{order_id}/shipments", self.shipments, ["GET"]),
            door.route("/orders/{order_id}/shipments", self.ship, ["POST"]),
            door.route("/orders/{order_id}/cancellation", self.cancel, ["POST"]),
        ]

    async def shipments(self, request: Request) -> Response:
        return JSONResponse({"shipments": find_order(self.shop, request).shipments})

    async def ship(self, request: Request) -> Response:
        body = await body_of(request)
        text_in(body, "shipped_at", 40)
        if not isinstance(body.get("completes"), bool):
            raise Trouble(400, "invalid_request", "completes is true or false.")
        return self._once(request, "shipment", body, self.shop.ship)

    async def cancel(self, request: Request) -> Response:
        body = await body_of(request)
        if body.get("reason") not in REASONS or not isinstance(body.get("whole"), bool):
            raise Trouble(400, "invalid_request", "reason or whole is missing.")

        def effect(order: Order, asked: Json) -> None:
            self.shop.cancel(order, {each["line_id"]: each["quantity"] for each in asked["lines"]})

        return self._once(request, "cancellation", body, effect)

    def _once(self, request: Request, kind: str, body: Json, effect: Callable[[Order, Json], None]) -> Response:
        """Do what is asked unless this reference is known: then nothing, or refuse where it meant something else."""
        order, reference = find_order(self.shop, request), text_in(body, "reference", 90)
        if request.headers.get("Idempotency-Key") != reference:
            raise Trouble(400, "invalid_request", "The Idempotency-Key is not the reference.")
        known = order.effects.get((kind, reference))
        if known is not None:
            if known != body:
                raise Trouble(409, "reference_reused", "This reference means something else.")
            return JSONResponse(known)
        self._check(order, body)
        order.effects[(kind, reference)] = body
        effect(order, body)
        return JSONResponse(body, 201)

    def _check(self, order: Order, body: Json) -> None:
        lines = {line.line_id: line for line in order.lines}
        wanted: dict[str, int] = {}
        for row in rows_in(body, "lines"):
            line_id = text_in(row, "line_id", 64)
            wanted[line_id] = wanted.get(line_id, 0) + number_in(row, "quantity", 1)
        if strange := wanted.keys() - lines.keys():
            raise Trouble(422, "unknown_line", f"The order has no line {min(strange)}.")
        if order.cancelled:
            raise Trouble(409, "order_cancelled", "The order is off.")
        if any(quantity > lines[line_id].open for line_id, quantity in wanted.items()):
            raise Trouble(409, "too_many_units", "More than what is open of a line.")
