"""A bench for the simulated shop: the platform, a client that passes for https, a letterbox for webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2
from starlette.applications import Starlette
from starlette.routing import Mount, Router

from hub.sandbox.ledger import Units
from hub.sandbox.woocommerce.goods import Product
from hub.sandbox.woocommerce.keys import KEY, SECRET
from hub.sandbox.woocommerce.platform import WooPlatform
from hub.sandbox.woocommerce.switches import Switches
from hub.sandbox.world import World
from tests.sandbox.bol_bench import Letterbox, a_world

HOST = "shop.test"
ROOT = f"http://{HOST}/woocommerce/wp-json/"
V3 = f"{ROOT}wc/v3/"


@dataclass
class WooBench:
    """What a test of the shop needs at hand."""

    platform: WooPlatform
    client: httpx2.AsyncClient
    letterbox: Letterbox

    @property
    def world(self) -> World:
        return self.platform.world

    async def ask(self, method: str, path: str, body: Any = None, **more: Any) -> httpx2.Response:
        """Send one request with the good key, over what the shop takes for https."""
        headers = {"X-Forwarded-Proto": "https"}
        return await self.client.request(method, V3 + path, json=body, auth=(KEY, SECRET), headers=headers, **more)

    async def get(self, path: str) -> Any:
        answer = await self.ask("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, method: str, path: str, body: Any, status: int = 200) -> Any:
        answer = await self.ask(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def product(self, sku: str) -> Product:
        return self.platform.shop.shelves.by_sku[sku]

    def stock(self, sku: str, quantity: int) -> None:
        """Put goods on the shelf without a request."""
        self.platform.shop.set_stock(self.product(sku), quantity, "hub")

    async def sell(self, *units: tuple[str, int], **more: Any) -> Any:
        """Let a buyer order, and return the order as the API shows it."""
        lines = [Units(sku, quantity) for sku, quantity in units]
        return await self.get(f"orders/{await self.platform.place_order(lines, **more)}")

    def pass_time(self, seconds: float) -> None:
        self.world.clock.advance(seconds)


@asynccontextmanager
async def woo_bench(switches: Switches | None = None, goods: int = 60) -> AsyncIterator[WooBench]:
    """Run the shop in this process; webhooks leave at once unless the switches say otherwise."""
    letterbox = Letterbox()
    world = a_world(letterbox, goods=goods)
    world.base_url = f"http://{HOST}"
    platform = WooPlatform(world, switches or Switches(starting_stock=True, hook_delay=0))
    app = Starlette(routes=[Mount("/woocommerce", app=Router(platform.routes()))])
    async with (
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client,
        world.http,
        anyio.create_task_group() as group,
    ):
        world.task_group = group
        await platform.start(group)
        yield WooBench(platform, client, letterbox)
        group.cancel_scope.cancel()
