"""A bench for the simulated Amazon: the platform, and a client with a token in hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import anyio
import httpx2
from starlette.applications import Starlette
from starlette.routing import Mount, Router

from hub.sandbox.amazon.lwa import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SELLER_ID
from hub.sandbox.amazon.orders import Order
from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.amazon.switches import Switches
from hub.sandbox.ledger import Units
from hub.sandbox.world import World
from tests.sandbox.bol_bench import Letterbox, a_world

HOST = "http://amazon.test"
BASE = f"{HOST}/amazon"
ORDERS = "/orders/2026-01-01/orders"
ITEMS = f"/listings/2021-08-01/items/{SELLER_ID}"
NL, BE, DE = "A1805IZSGTT6HS", "AMEN7PMS3EDWL", "A1PA6795UKMFR9"
EVERYTHING = "BUYER,RECIPIENT,PROCEEDS,EXPENSE,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT"
LONG_AGO = "2020-01-01T00:00:00Z"


@dataclass
class AmazonBench:
    """What a test of Amazon needs at hand."""

    platform: AmazonPlatform
    client: httpx2.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)
    examine: Callable[[httpx2.Response], None] | None = None

    @property
    def world(self) -> World:
        return self.platform.world

    @property
    def switches(self) -> Switches:
        return self.platform.switches

    async def ask(self, method: str, path: str, body: Any = None, *, who: str = "seller", **more: Any) -> Any:
        """Send one request with a token; ``examine`` sees every answer."""
        headers = {"x-amz-access-token": self.tokens[who], **more.pop("headers", {})}
        answer = await self.client.request(method, BASE + path, json=body, headers=headers, **more)
        if self.examine is not None:
            self.examine(answer)
        return answer

    async def get(self, path: str, **params: Any) -> Any:
        answer = await self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, method: str, path: str, body: Any = None, status: int = 200, **more: Any) -> Any:
        answer = await self.ask(method, path, body, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None, status: int = 400, **more: Any) -> str:
        """Send what Amazon refuses with a status, and return the code and message it gives."""
        answer = await self.ask(method, path, body, **more)
        assert answer.status_code == status, answer.text
        (error,) = answer.json()["errors"]
        return f"{error['code']}: {error['message']} {error['details']}".strip()

    async def renew(self, who: str = "seller", **form: str) -> None:
        asked = form or {"grant_type": "refresh_token", "refresh_token": REFRESH_TOKEN}
        answer = await ask_token(self.client, **asked)
        self.tokens[who] = answer.json()["access_token"]

    async def sell(self, *units: tuple[str, int], **more: Any) -> Order:
        """Let a buyer order."""
        lines = [Units(sku, quantity) for sku, quantity in units]
        return self.platform.account.orders[await self.platform.place_order(lines, **more)]

    async def read(self, order: Order) -> Any:
        return (await self.get(f"{ORDERS}/{order.order_id}", includedData=EVERYTHING))["order"]

    async def search(self, **params: Any) -> Any:
        """Search everything ever changed, unless the parameters say otherwise."""
        return await self.get(ORDERS, **({"lastUpdatedAfter": LONG_AGO} | params))

    async def patch(self, sku: str, value: dict[str, Any], op: str = "merge", **params: Any) -> Any:
        """Publish an availability, as a hub does."""
        body = {"productType": "PRODUCT", "patches": [
            {"op": op, "path": "/attributes/fulfillment_availability", "value": [value]}
        ]}  # fmt: skip
        path = f"{ITEMS}/{quote(sku, safe='')}"
        return await self.send("PATCH", path, body, params={"marketplaceIds": NL} | params)

    async def stock(self, sku: str, quantity: int, op: str = "merge") -> Any:
        return await self.patch(sku, {"fulfillment_channel_code": "DEFAULT", "quantity": quantity}, op)

    async def listing(self, sku: str, included: str = "fulfillmentAvailability") -> Any:
        path = f"{ITEMS}/{quote(sku, safe='')}"
        return await self.get(path, marketplaceIds=NL, includedData=included)

    async def confirm(self, order: Order, *parts: tuple[int, int], status: int = 204, **more: Any) -> Any:
        """Confirm a package; parts are (place of the item, quantity)."""
        path = f"/orders/v0/orders/{order.order_id}/shipmentConfirmation"
        return await self.send("POST", path, self.package(order, *parts, **more), status)

    def package(self, order: Order, *parts: tuple[int, int], **more: Any) -> dict[str, Any]:
        items = [{"orderItemId": order.items[place].item_id, "quantity": count} for place, count in parts]
        detail = {
            "packageReferenceId": "1",
            "carrierCode": "PostNL",
            "trackingNumber": "3S1",
            "shipDate": self.world.clock.now().isoformat(),
            "orderItems": items,
        }
        return {"marketplaceId": order.marketplace.marketplace_id, "packageDetail": detail | more}

    def pass_time(self, seconds: float) -> None:
        self.world.clock.advance(seconds)


@asynccontextmanager
async def amazon_bench(
    switches: Switches | None = None, speed: float = 1, goods: int = 30, **bent: Any
) -> AsyncIterator[AmazonBench]:
    """Run Amazon in this process; ``bent`` sets switches of a stocked account."""
    world = a_world(Letterbox(), speed, goods)
    world.base_url = HOST
    platform = AmazonPlatform(world, switches or Switches(**({"starting_stock": True} | bent)))
    app = Starlette(routes=[Mount("/amazon", app=Router(platform.routes()))])
    async with (
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client,
        world.http,
        anyio.create_task_group() as group,
    ):
        world.task_group = group
        await platform.start(group)
        bench = AmazonBench(platform, client)
        await bench.renew()
        yield bench
        group.cancel_scope.cancel()


async def ask_token(client: httpx2.AsyncClient, secret: str = CLIENT_SECRET, **form: str) -> httpx2.Response:
    sent = {"client_id": CLIENT_ID, "client_secret": secret} | form
    return await client.post(f"{BASE}/auth/o2/token", data=sent)
