"""The v10 endpoints for orders and cancellations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.bol import wire
from hub.sandbox.bol.account import Account
from hub.sandbox.bol.answers import Trouble, answer, invalid
from hub.sandbox.bol.checks import check_cancellation
from hub.sandbox.bol.door import Door, body_of, choice, page, page_of
from hub.sandbox.bol.orders import Item, Order
from hub.sandbox.bol.processes import Process, Refused

HANDLED_VISIBLE = timedelta(hours=48)
ORDERS_KEPT = timedelta(days=92)


class OrderDoors:
    """Lists and shows orders, and accepts cancellations."""

    def __init__(self, account: Account, between_pages: Callable[[], Awaitable[None]]) -> None:
        self.account, self._between_pages = account, between_pages

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route("/retailer/orders", self.list, ["GET"]),
            door.route("/retailer/orders/cancellation", self.cancel, ["PUT"]),
            door.route("/retailer/orders/{order_id}", self.get, ["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        """Answer with 50 orders, newest first; the numbering shifts when orders come in between."""
        number = page_of(request)
        wanted = _Wanted(request, self.account.clock.now())
        source = self.account.open_orders if wanted.status == "OPEN" else self.account.orders
        rows = [(order, items) for order in reversed(source.values()) if (items := wanted.items(order))]
        response = page(rows, number, "orders", lambda row: wire.reduced_order(*row))
        if number == 1:
            await self._between_pages()
        return response

    async def get(self, request: Request) -> Response:
        order = self.account.orders.get(request.path_params["order_id"])
        if order is None:
            raise Trouble(404, f"Order with id '{request.path_params['order_id']}' was not found.")
        return answer(wire.full_order(order))

    async def cancel(self, request: Request) -> Response:
        """Accept the cancellation of one item; whatever is open of it by then is cancelled."""
        body = await body_of(request)
        if wrong := list(check_cancellation(body)):
            raise invalid(*wrong)
        item_id = body["orderItems"][0]["orderItemId"]

        def effect() -> None:
            order, item = find_item(self.account, item_id)
            if not item.open:
                raise Refused(f"Order item {item_id} has already been handled.")
            self.account.cancel(order, [item], by_seller=True)

        text = f"Cancel order item with order item id {item_id}."
        return accepted(self.account, self.account.command("CANCEL_ORDER", (item_id,), text, effect))


class _Wanted:
    """Which items of which orders a list request asks for."""

    def __init__(self, request: Request, now: datetime) -> None:
        self.method = choice(request, "fulfilment-method", "FBR FBB ALL", "FBR")
        self.status = choice(request, "status", "OPEN SHIPPED ALL", "OPEN")
        self.vvb_only = choice(request, "vvb-only", "true false") == "true"
        self.day = request.query_params.get("latest-change-date")
        minutes = request.query_params.get("change-interval-minute")
        if minutes is not None and not (minutes.isdecimal() and 1 <= int(minutes) <= 60):
            raise invalid(("change-interval-minute", "must be between 1 and 60"))
        self.since = now - timedelta(minutes=int(minutes)) if minutes else None
        kept = HANDLED_VISIBLE if self.day is None and self.since is None else ORDERS_KEPT
        self.oldest = now - kept

    def items(self, order: Order) -> list[Item]:
        """Return the items to show of an order; none when it is not asked for."""
        items = [item for item in order.items if self._method(item)]
        return items if any(self._fits(item) for item in items) else []

    def _method(self, item: Item) -> bool:
        bol_ships = item.distribution == "BOL"
        return self.method in ("ALL", item.method) and (bol_ships or not self.vvb_only)

    def _fits(self, item: Item) -> bool:
        changed = item.changed_at
        timely = (self.since is None or changed >= self.since) and (self.day is None or wire.day(changed) == self.day)
        match self.status:
            case "OPEN":
                return timely and item.open > 0
            case "SHIPPED":
                return timely and not item.open and item.quantity_shipped > 0 and changed >= self.oldest
            case _:
                return timely and (item.open > 0 or changed >= self.oldest)


def find_item(account: Account, item_id: str) -> tuple[Order, Item]:
    """Return an order item with its order, or refuse the command."""
    found = account.items.get(item_id)
    if found is None:
        raise Refused(f"Order item {item_id} was not found.")
    return found


def accepted(account: Account, process: Process) -> Response:
    """Answer 202 with the process status of a command."""
    return answer(wire.process_status(process, f"{account.world.base_url}/bol"), status=202)
