"""Shopify for the conformance suite."""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import httpx2
import orjson

from hub.adapters.port import Channel, ChannelListing, HookReader
from hub.adapters.shopify.amounts import Side
from hub.adapters.shopify.client import ShopApp, open_shopify
from hub.adapters.shopify.webhooks import ShopHooks
from hub.clock import Clock
from hub.sandbox.platform import Platform
from hub.sandbox.shopify.apps import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.shopify.platform import ShopifyPlatform
from hub.sandbox.shopify.switches import Switches
from hub.sandbox.world import World
from tests.adapters.channel_ground import in_the_books

LOCATION = "106318430514"


class Named(httpx2.AsyncBaseTransport):
    """Names each operation in its address, so that a fault can be aimed at it: all of GraphQL is one path.

    A full stop ends the name, for one may begin like another.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("/graphql.json"):
            request.url = request.url.copy_set_param("operation", f"{operation_of(request)}.")
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def operation_of(request: httpx2.Request) -> str:
    """Return the name of the operation that a request asks for."""
    found = re.match(r"\s*(?:query|mutation) (\w+)", orjson.loads(request.content)["query"])
    assert found is not None
    return found[1]


class ShopifyFixture:
    name = "shopify"
    hooks: HookReader = ShopHooks()
    carrier = "PostNL"
    write_paths: tuple[tuple[str, str], ...] = (("POST", "operation=Ship."),)
    stock_path = ("POST", "operation=SetQuantities.")
    cancel_path = ("POST", "operation=Cancel.")
    hook_path = ("POST", "operation=Subscribe.")
    compares = True
    goods_for_many = 13_400
    """The shop lists three quarters of the goods."""

    def __init__(self, switches: Switches | None = None, location_id: str = LOCATION, side: Side = Side.SHOP) -> None:
        self.switches = switches or Switches()
        self.side = side
        self.location_id = location_id
        self.lag = self.switches.search_lag

    def platform(self, world: World) -> Platform:
        return ShopifyPlatform(world, self.switches)

    def open(
        self, url: str, clock: Clock, *, secret: str | None = None, transport: httpx2.AsyncBaseTransport | None = None
    ) -> AbstractAsyncContextManager[Channel]:
        app = ShopApp(url, CLIENT_ID, secret or CLIENT_SECRET, self.location_id, self.side)
        return open_shopify(app, clock, transport=Named(transport or httpx2.AsyncHTTPTransport()))

    def unknown(self, listing: ChannelListing) -> ChannelListing:
        return replace(listing, references={"inventory_item_id": "999999"})

    def expire_access(self, platform: Any) -> None:
        platform.tokens.revoke_all()

    def switch_off_hooks(self, platform: Any) -> None:
        """Shopify deletes a subscription that failed eight times in a row."""
        platform.shop.hooks.subscriptions.clear()

    def confirmed(self, world: World, order_id: str) -> list[tuple[str | None, int]]:
        return in_the_books(world, order_id)
