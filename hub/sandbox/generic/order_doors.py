"""The endpoints for orders and listings: lists that continue after a place, never by counting rows."""

from __future__ import annotations

import base64
import json
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from hub.sandbox.generic.door import Door, Trouble, limit_of
from hub.sandbox.generic.orders import Order, instant
from hub.sandbox.generic.shop import Shop


class OrderDoors:
    """Lists and shows orders, and lists what is for sale."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route("/orders", self.orders, ["GET"]),
            door.route("/orders/{order_id}", self.get, ["GET"]),
            door.route("/listings", self.listings, ["GET"]),
        ]

    async def orders(self, request: Request) -> Response:
        """Answer with the orders after a place, by the moment of their last change and their id."""
        limit, since, after = limit_of(request), _since(request), self._place(request)
        wanted = (order for order in self.shop.orders.values() if since is None or order.changed_at >= since)
        rows = sorted((order for order in wanted if after is None or order.place > after), key=lambda each: each.place)
        page = rows[:limit]
        following = _cursor(instant(page[-1].changed_at), page[-1].order_id) if len(rows) > limit else None
        return JSONResponse({"orders": [order.listed() for order in page], "next_cursor": following})

    def _place(self, request: Request) -> tuple[datetime, str] | None:
        words = self._words(request, 2)
        return (datetime.fromisoformat(words[0]), words[1]) if words else None

    def _words(self, request: Request, count: int) -> list[str]:
        """Return what one of our cursors holds; refuse those that we did not make, or forgot."""
        cursor = request.query_params.get("cursor")
        if cursor is None:
            return []
        forgotten = self.shop.switches.forget_cursors > 0
        self.shop.switches.forget_cursors -= forgotten
        try:
            words = json.loads(base64.urlsafe_b64decode(cursor))
        except ValueError:
            words = None
        if forgotten or not isinstance(words, list) or len(words) != count:
            raise Trouble(400, "invalid_cursor", "This cursor is not known any more.")
        return [str(each) for each in words]

    async def get(self, request: Request) -> Response:
        return JSONResponse(find_order(self.shop, request).shown())

    async def listings(self, request: Request) -> Response:
        """Answer with the listings after a place, in the order of their ids."""
        limit, words = limit_of(request), self._words(request, 1)
        ids = sorted(each for each in self.shop.listings if not words or each > words[0])
        page = ids[:limit]
        following = _cursor(page[-1]) if len(ids) > limit else None
        shown = [self.shop.listings[each].shown() for each in page]
        return JSONResponse({"listings": shown, "next_cursor": following})


def find_order(shop: Shop, request: Request) -> Order:
    """Return the order of the path."""
    order = shop.orders.get(request.path_params["order_id"])
    if order is None:
        raise Trouble(404, "unknown_order", "There is no such order.")
    return order


def _since(request: Request) -> datetime | None:
    text = request.query_params.get("changed_since")
    if text is None:
        return None
    try:
        if text.endswith("Z"):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise Trouble(400, "invalid_request", "changed_since is a moment in UTC.")


def _cursor(*words: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(words).encode()).decode()
