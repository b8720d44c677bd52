"""A bench for the simulated Shopify: the platform, a client with a token, a letterbox for webhooks."""

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
from hub.sandbox.shopify.apps import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.shopify.goods import Variant
from hub.sandbox.shopify.platform import ShopifyPlatform
from hub.sandbox.shopify.switches import Switches
from hub.sandbox.world import World
from tests.sandbox.bol_bench import Letterbox, a_world

BASE = "http://shop.test/shopify"
A, B, C = "ART-00001", "ART-00002", "ART-00003"
SET = """mutation Set($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { id createdAt reason referenceDocumentUri
      changes { name delta quantityAfterChange item { id } location { id name } } }
    userErrors { field message code }
  }
}"""
FULFIL = """mutation Fulfil($fulfillment: FulfillmentInput!, $message: String) {
  fulfillmentCreate(fulfillment: $fulfillment, message: $message) {
    fulfillment { id status displayStatus trackingInfo { number url company }
      fulfillmentLineItems(first: 5) { nodes { id quantity lineItem { id title } } } }
    userErrors { field message }
  }
}"""
TO_SEND = """query ToSend($id: ID!) { order(id: $id) { displayFulfillmentStatus fulfillmentOrders(first: 10) { nodes {
  id status assignedLocation { location { id } }
  lineItems(first: 10) { nodes { id totalQuantity remainingQuantity lineItem { sku } } } } } } }"""
SUBSCRIBE = """mutation Subscribe($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) {
    webhookSubscription { id topic uri format includeFields filter } userErrors { field message }
  }
}"""


@dataclass
class ShopifyBench:
    """What a test of Shopify needs at hand."""

    platform: ShopifyPlatform
    client: httpx2.AsyncClient
    letterbox: Letterbox
    token: str = ""

    @property
    def world(self) -> World:
        return self.platform.world

    @property
    def switches(self) -> Switches:
        return self.platform.switches

    async def post(self, query: str, /, version: str = "2026-10", **variables: Any) -> httpx2.Response:
        """Send one document with the token in hand."""
        headers = {"X-Shopify-Access-Token": self.token}
        body = {"query": query, "variables": variables}
        return await self.client.post(f"{BASE}/admin/api/{version}/graphql.json", json=body, headers=headers)

    async def ask(self, query: str, /, **variables: Any) -> Any:
        """Send one document and return the whole answer, which has status 200."""
        answer = await self.post(query, **variables)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def data(self, query: str, /, **variables: Any) -> Any:
        """Send one document that meets no error, and return its data."""
        answer = await self.ask(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def grant(self, **form: str) -> httpx2.Response:
        sent = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "grant_type": "client_credentials"}
        return await self.client.post(f"{BASE}/admin/oauth/access_token", data=sent | form)

    async def renew(self) -> None:
        self.token = (await self.grant()).json()["access_token"]

    def variant(self, sku: str) -> Variant:
        return self.platform.shop.goods.by_sku[sku]

    def item(self, sku: str) -> str:
        return f"gid://shopify/InventoryItem/{self.variant(sku).item_number}"

    def place(self, number: int = 0) -> str:
        return f"gid://shopify/Location/{list(self.platform.shop.goods.locations)[number]}"

    def row(self, sku: str, quantity: int, before: int | None = None, place: int = 0) -> dict[str, Any]:
        """Return one row of a set; ``before`` None compares nothing."""
        return {
            "inventoryItemId": self.item(sku),
            "locationId": self.place(place),
            "quantity": quantity,
            "changeFromQuantity": before,
        }

    async def set(self, *rows: dict[str, Any], key: str = "k", name: str = "available", **more: Any) -> Any:
        """Set quantities and return the payload."""
        asked = {"name": name, "reason": "correction", "quantities": list(rows)} | more
        return (await self.data(SET, input=asked, key=key))["inventorySetQuantities"]

    async def sell(self, *units: tuple[str, int], **more: Any) -> str:
        """Let a buyer order and return the order's global id."""
        lines = [Units(sku, quantity) for sku, quantity in units]
        return f"gid://shopify/Order/{await self.platform.place_order(lines, **more)}"

    async def to_send(self, order: str) -> list[Any]:
        """Return the fulfilment orders of an order."""
        found: list[Any] = (await self.data(TO_SEND, id=order))["order"]["fulfillmentOrders"]["nodes"]
        return found

    async def fulfil(self, *groups: dict[str, Any], number: str = "3S1", **tracking: Any) -> Any:
        """Fulfil groups and return the payload."""
        told = {"company": "PostNL", "number": number} | tracking
        asked = {"lineItemsByFulfillmentOrder": list(groups), "trackingInfo": told}
        return (await self.data(FULFIL, fulfillment=asked))["fulfillmentCreate"]

    async def subscribe(self, topic: str, **more: Any) -> str:
        wanted = {"uri": "https://hub.test/hook", "format": "JSON"} | more
        made = (await self.data(SUBSCRIBE, topic=topic, webhookSubscription=wanted))["webhookSubscriptionCreate"]
        assert made["userErrors"] == []
        return str(made["webhookSubscription"]["id"])

    def pass_time(self, seconds: float = 5) -> None:
        self.world.clock.advance(seconds)


def group(found: Any, *units: int) -> dict[str, Any]:
    """Return the input group for a fulfilment order: everything, or so many units of each line."""
    if not units:
        return {"fulfillmentOrderId": found["id"]}
    lines = zip(found["lineItems"]["nodes"], units, strict=True)
    rows = [{"id": line["id"], "quantity": quantity} for line, quantity in lines if quantity]
    return {"fulfillmentOrderId": found["id"], "fulfillmentOrderLineItems": rows}


@asynccontextmanager
async def shopify_bench(
    switches: Switches | None = None, speed: float = 1, goods: int = 30
) -> AsyncIterator[ShopifyBench]:
    """Run Shopify in this process, with a token in hand; webhooks leave at once, the index is up to date."""
    letterbox = Letterbox()
    world = a_world(letterbox, speed, goods)
    world.base_url = "http://shop.test"
    platform = ShopifyPlatform(world, switches or Switches(starting_stock=True, hook_delay=0, search_lag=0))
    app = Starlette(routes=[Mount("/shopify", app=Router(platform.routes()))])
    async with (
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client,
        world.http,
        anyio.create_task_group() as group,
    ):
        world.task_group = group
        await platform.start(group)
        bench = ShopifyBench(platform, client, letterbox)
        await bench.renew()
        yield bench
        group.cancel_scope.cancel()
