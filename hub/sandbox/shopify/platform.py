"""Shopify as the sandbox plays it: the Admin GraphQL API on one side, buyers and the shop's people on the other."""

from __future__ import annotations

from decimal import Decimal

from anyio.abc import TaskGroup
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from hub.sandbox.ledger import Units
from hub.sandbox.shopify.checkout import Wish
from hub.sandbox.shopify.dispatch import open_orders
from hub.sandbox.shopify.door import THROTTLED, Door, refused_hard
from hub.sandbox.shopify.engine import Engine
from hub.sandbox.shopify.oauth import OAuth
from hub.sandbox.shopify.orders import Order
from hub.sandbox.shopify.shop import CHANNEL, Shop
from hub.sandbox.shopify.switches import Switches
from hub.sandbox.shopify.tokens import Tokens
from hub.sandbox.world import World

OAUTH = "/admin/oauth/"


class ShopifyPlatform:
    """The ``Channel`` named shopify; ``switches`` bend its behaviour. Order ids are the numbers in the global ids."""

    name = CHANNEL

    def __init__(self, world: World, switches: Switches | None = None) -> None:
        self.world, self.switches = world, switches or Switches()
        self.shop = Shop(world, self.switches)
        self.engine = Engine(self.shop)
        self.tokens = Tokens(world.clock)
        self.oauth = OAuth(self.shop, self.tokens)
        self.door = Door(self.shop, self.engine, self.tokens)

    def routes(self) -> list[BaseRoute]:
        return [
            Route(f"{OAUTH}authorize", self.oauth.ask, methods=["GET"]),
            Route(f"{OAUTH}authorize", self.oauth.answer, methods=["POST"]),
            Route(f"{OAUTH}access_token", self.oauth.token, methods=["POST"]),
            Route("/admin/api/{version}/graphql.json", self.door.graphql, methods=["POST"]),
            Route("/_bulk/{name}", self.door.file, methods=["GET"]),
            Route("/_uploads/", self.door.upload, methods=["POST"]),
            Route("/_uploads/{path:path}", self.door.upload, methods=["PUT"]),
            Route("/{path:path}", _no_route, methods=["GET", "POST", "PUT", "DELETE"]),
        ]

    async def start(self, task_group: TaskGroup) -> None:
        """Let jobs and bulk operations finish in time even when nobody asks, so that webhooks go out."""
        task_group.start_soon(self.shop.agenda.keep_time, self.shop.settle, self.world.clock)

    def throttled(self, path: str) -> Response:
        """Return a refusal: mostly status 200 with THROTTLED, now and then HTTP 429."""
        if path.startswith(OAUTH) or self.shop.chance.random() < 0.3:
            return refused_hard(self.world.clock.seconds(1))
        cost = self.door.throttle.told(10, None)
        return JSONResponse({"errors": [THROTTLED], "extensions": {"cost": cost}})

    def spared(self, path: str) -> bool:
        return path.startswith(OAUTH)

    async def place_order(
        self,
        lines: list[Units],
        *,
        country: str = "NL",
        paid: bool = True,
        shipping: Decimal = Decimal(0),
        discount: Decimal = Decimal(0),
        by_platform: bool = False,
        company: bool = False,
    ) -> str:
        """Let a buyer order; the shop never ships itself. Unpaid orders wait for a bank transfer."""
        self.shop.settle()
        order = self.engine.checkout.sell(Wish(lines, country, paid, shipping, discount, company))
        return str(order.number)

    async def pay(self, external_id: str) -> None:
        self.engine.aftercare.pay(self._order(external_id))

    async def cancel(self, external_id: str) -> None:
        """Cancel an order at once and give its money back; its stock comes back."""
        self.engine.aftercare.cancel(self._order(external_id), "CUSTOMER", restock=True, refund=True)

    async def request_cancellation(self, external_id: str) -> None:
        """A shop has no such request: the order is cancelled."""
        await self.cancel(external_id)

    async def edit_order(self, external_id: str, sku: str, quantity: int) -> None:
        """Let a person set how many of an article are on an order; zero removes it."""
        self.engine.aftercare.edit(self._order(external_id), sku, quantity)

    async def refund(self, external_id: str, units: list[Units], amount: Decimal | None = None) -> None:
        """Let a person give money back, EUR; without an amount what the units cost."""
        self.engine.aftercare.refund(self._order(external_id), units, amount)

    async def set_shown(self, sku: str, quantity: int) -> None:
        """Let a person in the admin set what is for sale at the main location."""
        self.engine.aftercare.set_shown(sku, quantity)

    def _order(self, external_id: str) -> Order:
        self.shop.settle()
        return self.shop.orders[int(external_id)]

    def listed(self) -> list[str]:
        return list(self.shop.goods.by_sku)

    def shown(self, sku: str) -> int:
        return self.shop.shown(sku)

    def open_orders(self) -> list[str]:
        self.shop.settle()
        return open_orders(self.shop.orders)


async def _no_route(request: Request) -> Response:
    return JSONResponse({"errors": "Not Found"}, 404)
