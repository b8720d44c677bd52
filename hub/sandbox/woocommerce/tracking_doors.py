"""The shipment tracking plugin: endpoints beside the order."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.woocommerce import order_wire
from hub.sandbox.woocommerce.answers import Json, Trouble, answer, body_of, trimmed
from hub.sandbox.woocommerce.door import Door
from hub.sandbox.woocommerce.order_doors import find_order
from hub.sandbox.woocommerce.orders import Order, Tracking
from hub.sandbox.woocommerce.shop import Shop
from hub.sandbox.woocommerce.wire import AMSTERDAM

TRACKING_NAMESPACES = ("wc-shipment-tracking/v3", "wc-ast/v3")


class TrackingDoors:
    """The shipment tracking plugin, under both of its names; it is in no way idempotent."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def routes(self, door: Door) -> list[BaseRoute]:
        if not self.shop.switches.plugin:
            return []
        found: list[BaseRoute] = []
        for namespace in TRACKING_NAMESPACES:
            path = namespace + "/orders/{order_id:int}/shipment-trackings"
            found.append(door.route(path, self.list, ["GET"]))
            found.append(door.route(path, self.create, ["POST"]))
            found.append(door.route(path + "/{tracking_id}", self.get, ["GET"]))
            found.append(door.route(path + "/{tracking_id}", self.delete, ["DELETE"]))
        return found

    async def list(self, request: Request) -> Response:
        order = find_order(self.shop, request)
        return answer([trimmed(request, self._shown(request, order, each)) for each in order.trackings])

    async def create(self, request: Request) -> Response:
        """Add a tracking code; the same one twice makes two entries."""
        order, body = find_order(self.shop, request), await body_of(request)
        number = str(body.get("tracking_number") or "")
        if not number:
            name = "tracking_number"
            raise Trouble("rest_missing_callback_param", f"Missing parameter(s): {name}", 400, params=[name])
        texts = (str(body.get(name) or "") for name in ("tracking_provider", "custom_tracking_provider"))
        provider, custom = texts
        link = str(body.get("custom_tracking_link") or "")
        entry = self.shop.add_tracking(order, number, provider, custom, link, self._shipped(body))
        shown = self._shown(request, order, entry)
        return answer(trimmed(request, shown), 201, {"Location": shown["_links"]["self"][0]["href"]})

    def _shipped(self, body: Json) -> datetime:
        try:
            return datetime.fromisoformat(str(body.get("date_shipped"))).replace(tzinfo=AMSTERDAM).astimezone(UTC)
        except ValueError:
            return self.shop.clock.now()

    async def get(self, request: Request) -> Response:
        order, entry = self._find(request)
        return answer(trimmed(request, self._shown(request, order, entry)))

    async def delete(self, request: Request) -> Response:
        order, entry = self._find(request)
        order.trackings.remove(entry)
        self.shop.touch(order)
        return answer(self._shown(request, order, entry))

    def _find(self, request: Request) -> tuple[Order, Tracking]:
        order, tracking_id = find_order(self.shop, request), request.path_params["tracking_id"]
        entry = next((each for each in order.trackings if each.tracking_id == tracking_id), None)
        if entry is None:
            raise Trouble("woocommerce_shipment_tracking_rest_invalid_id", "Invalid shipment tracking ID.", 404)
        return order, entry

    def _shown(self, request: Request, order: Order, entry: Tracking) -> Json:
        spare = TRACKING_NAMESPACES[1] in request.url.path
        return order_wire.tracking(order, entry, self.shop.root, TRACKING_NAMESPACES[spare])
