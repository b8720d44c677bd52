"""Orders by the hundred: one call that makes, changes and deletes many, each for itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.woocommerce.answers import Json, Trouble, answer, body_of
from hub.sandbox.woocommerce.casts import loose_integer
from hub.sandbox.woocommerce.door import Door
from hub.sandbox.woocommerce.order_doors import OrderDoors
from hub.sandbox.woocommerce.orders import Order

LIMIT = 100
Deed = Callable[[Any], Order]


class OrderBatches:
    """Does to many orders what ``OrderDoors`` does to one."""

    def __init__(self, doors: OrderDoors) -> None:
        self._doors, self._shop = doors, doors.shop

    def routes(self, door: Door) -> list[BaseRoute]:
        return [door.route("wc/v3/orders/batch", self.batch, ["PUT", "PATCH", "POST"])]

    async def batch(self, request: Request) -> Response:
        """Change up to 100 orders; what fails says so inside a 200."""
        body = await body_of(request)
        deeds: dict[str, Deed] = {"create": self._create, "update": self._update, "delete": self._delete}
        asked = {name: body[name] for name in deeds if isinstance(body.get(name), list)}
        if sum(map(len, asked.values())) > LIMIT:
            message = f"Unable to accept more than {LIMIT} items for this request."
            raise Trouble("woocommerce_rest_request_entity_too_large", message, 413)
        done = {name: [self._one(deeds[name], item) for item in items] for name, items in asked.items()}
        return answer(done if any(done.values()) else [])

    def _one(self, deed: Deed, item: Any) -> Json:
        try:
            return self._shop.show_order(deed(item))
        except Trouble as trouble:
            number = item.get("id") if isinstance(item, dict) else item
            return {"id": loose_integer(number), "error": trouble.body()}

    def _create(self, item: Any) -> Order:
        return self._doors.made(_members(item))

    def _update(self, item: Any) -> Order:
        members = _members(item)
        order = self._known(members.get("id"))
        self._doors.change(order, members)
        return order

    def _delete(self, item: Any) -> Order:
        """Delete for good, as batches do without asking for ``force``."""
        order = self._known(item.get("id") if isinstance(item, dict) else item)
        del self._shop.orders[order.order_id]
        self._shop.tell_order("deleted", order)
        return order

    def _known(self, number: Any) -> Order:
        order = self._shop.orders.get(loose_integer(number))
        if order is None:
            raise Trouble("woocommerce_rest_shop_order_invalid_id", "Invalid ID.", 400)
        return order


def _members(item: Any) -> Json:
    return item if isinstance(item, dict) else {}
