"""Orders 2026-01-01: searching and reading."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.amazon import order_query, order_wire, roles
from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.answers import Json, answer, denied, stamp, unknown
from hub.sandbox.amazon.door import Door
from hub.sandbox.amazon.orders import Order

PATH = "/orders/2026-01-01/orders"


class OrderDoors:
    """Lists orders as they were a while ago, and shows one as it is."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.searches = order_query.Searches(account.clock, account.switches)

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route(PATH, "searchOrders", self.search),
            door.route(PATH + "/{order_id}", "getOrder", self.get),
        ]

    async def search(self, request: Request) -> Response:
        """Answer with a page of orders, oldest change first, and the end of the period that was searched."""
        included, size = self._included(request), order_query.page_size(request)
        query = self.searches.read(request)
        found = sorted(filter(query.fits, self.account.orders.values()), key=query.key)
        page = found[:size]
        told: Json = {
            "orders": [self._shown(each, included) for each in page],
            f"{query.by}Before": stamp(query.before),
        }
        if len(found) > size:
            told["pagination"] = {"nextToken": self.searches.promise(query, page[-1])}
        return answer(told)

    async def get(self, request: Request) -> Response:
        order = self.account.orders.get(request.path_params["order_id"])
        if order is None:
            raise unknown("The requested order was not found.")
        return answer({"order": self._shown(order, self._included(request))})

    def _included(self, request: Request) -> set[str]:
        """Return the data sets to show: those asked for, as far as the application's roles go."""
        asked, switches = order_query.included(request), self.account.switches
        closed = roles.missing(asked, switches.roles)
        if closed and switches.refuse_without_role:
            raise denied()
        return asked - closed

    def _shown(self, order: Order, included: set[str]) -> Json:
        return order_wire.order(order, included, self.account.switches, self.account.clock.now())
