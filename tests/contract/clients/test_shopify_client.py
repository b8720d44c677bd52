"""Shopify's own Python library does with the simulated shop what integrators do with real ones.

Its REST resources are left out: the REST Admin API is closed to new apps.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import shopify

from hub.sandbox.ledger import Units
from hub.sandbox.shopify.apps import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.shopify.platform import ShopifyPlatform
from hub.sandbox.shopify.switches import Switches
from tests.contract.clients.places import blocking, sandbox_of
from tests.sandbox.exact_bench import listening
from tests.sandbox.shopify_bench import FULFIL, SET, SUBSCRIBE, TO_SEND

A, B = "ART-00001", "ART-00002"
VERSION = "2026-10"
SHIPPING = "write_merchant_managed_fulfillment_orders"
SCOPES = ["read_orders", "read_products", "write_inventory", "read_locations", SHIPPING]
RETURN = "http://127.0.0.1:9000/oauth/shopify/callback"
PRODUCTS = """query Products($first: Int!, $after: String) { products(first: $first, after: $after) {
  nodes { id title variants(first: 5) { nodes { sku inventoryItem { id } } } }
  pageInfo { hasNextPage endCursor } } }"""
VARIANT = """query Variant($query: String!) { productVariants(first: 5, query: $query) { nodes { sku
  inventoryItem { id inventoryLevels(first: 5) { nodes { location { id }
    quantities(names: ["available"]) { name quantity } } } } } } }"""
ORDERS = """query Orders($query: String!) { orders(first: 10, query: $query, sortKey: UPDATED_AT) { nodes {
  id name displayFinancialStatus totalPriceSet { shopMoney { amount currencyCode } }
  lineItems(first: 5) { nodes { sku quantity } } } } }"""
UNSUBSCRIBE = """mutation Unsubscribe($id: ID!) { webhookSubscriptionDelete(id: $id) {
  deletedWebhookSubscriptionId userErrors { field message } } }"""


@dataclass
class Merchant:
    """A shop, and sessions of the library with it."""

    platform: ShopifyPlatform
    token: str = ""

    @staticmethod
    def session(token: str | None = None) -> Any:
        """Return a session; the name of the shop and the domain that was set up make the address of loopback."""
        return shopify.Session("127", VERSION, token)

    async def callback(self, state: str = "3f2a") -> dict[str, str]:
        """Consent in the browser, at the address that the library made; return what comes back."""
        where = urlsplit(self.session().create_permission_url(SCOPES, RETURN, state))
        form = {name: values[0] for name, values in parse_qs(where.query).items()}
        answer = await blocking(lambda: httpx2.post(f"https://{where.netloc}{where.path}", data=form))
        return dict(httpx2.URL(answer.headers["location"]).params)

    async def ask(self, query: str, /, **variables: Any) -> Any:
        """Run one document and return its data."""
        answer = await blocking(lambda: self._execute(query, variables))
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def _execute(self, query: str, variables: dict[str, Any]) -> Any:
        """Sessions belong to threads in the library, so each call has its own."""
        shopify.ShopifyResource.activate_session(self.session(self.token))
        try:
            return json.loads(shopify.GraphQL().execute(query, variables))
        finally:
            shopify.ShopifyResource.clear_session()

    async def sell(self, *units: tuple[str, int]) -> str:
        number = await self.platform.place_order([Units(sku, quantity) for sku, quantity in units])
        return f"gid://shopify/Order/{number}"


@pytest.fixture
async def merchant(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Merchant]:
    """Install the app; the library reads its certificates from where the environment says."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    switches = Switches(starting_stock=True, hook_delay=0, search_lag=0)
    async with sandbox_of("shopify", lambda world: ShopifyPlatform(world, switches), certificate, goods=30) as sandbox:
        platform, port = sandbox.world.platforms["shopify"], urlsplit(sandbox.options.base_url).port
        assert isinstance(platform, ShopifyPlatform)
        for name, value in {"api_key": CLIENT_ID, "secret": CLIENT_SECRET, "myshopify_domain": "0.0.1"}.items():
            monkeypatch.setattr(shopify.Session, name, value)
        monkeypatch.setattr(shopify.Session, "port", port)
        found = Merchant(platform)
        params = await found.callback()
        found.token = await blocking(lambda: found.session().request_token(params))
        yield found


async def test_the_app_is_installed_and_the_callback_is_signed(merchant: Merchant) -> None:
    params = await merchant.callback()
    assert shopify.Session.validate_params(params)
    assert not shopify.Session.validate_params(params | {"code": "forged"})
    session = merchant.session()
    assert await blocking(lambda: session.request_token(params))
    assert "read_orders" in str(session.access_scopes)


async def test_a_foreign_token_is_refused(merchant: Merchant) -> None:
    merchant.token = "shpat_nonsense"
    with pytest.raises(HTTPError) as caught:
        await merchant.ask("{ shop { name } }")
    assert caught.value.code == 401


async def test_products_are_read_page_by_page(merchant: Merchant) -> None:
    seen: list[str] = []
    after = None
    while True:
        page = (await merchant.ask(PRODUCTS, first=10, after=after))["products"]
        seen += [one["sku"] for each in page["nodes"] for one in each["variants"]["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert set(seen) == set(merchant.platform.listed())


async def test_stock_is_found_by_sku_and_set(merchant: Merchant) -> None:
    (variant,) = (await merchant.ask(VARIANT, query=f"sku:{A}"))["productVariants"]["nodes"]
    item = variant["inventoryItem"]
    level = item["inventoryLevels"]["nodes"][0]
    row = {
        "inventoryItemId": item["id"],
        "locationId": level["location"]["id"],
        "quantity": 7,
        "changeFromQuantity": level["quantities"][0]["quantity"],
    }
    wish = {"name": "available", "reason": "correction", "quantities": [row]}
    done = (await merchant.ask(SET, input=wish, key="k1"))["inventorySetQuantities"]
    assert done["userErrors"] == []
    stale = (await merchant.ask(SET, input=wish, key="k2"))["inventorySetQuantities"]
    assert [each["code"] for each in stale["userErrors"]] == ["CHANGE_FROM_QUANTITY_STALE"]


async def test_orders_are_listed_and_shipped(merchant: Merchant) -> None:
    order = await merchant.sell((A, 2), (B, 1))
    listed = (await merchant.ask(ORDERS, query="updated_at:>=2020-01-01 AND financial_status:paid"))["orders"]["nodes"]
    assert [each["id"] for each in listed] == [order]
    (group,) = (await merchant.ask(TO_SEND, id=order))["order"]["fulfillmentOrders"]["nodes"]
    tracking = {"company": "PostNL", "number": "3S1"}
    wish = {"lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": group["id"]}], "trackingInfo": tracking}
    done = (await merchant.ask(FULFIL, fulfillment=wish))["fulfillmentCreate"]
    assert (done["userErrors"], done["fulfillment"]["status"]) == ([], "SUCCESS")
    assert (await merchant.ask(TO_SEND, id=order))["order"]["displayFulfillmentStatus"] == "FULFILLED"


async def test_webhooks_are_subscribed_to_delivered_and_cancelled(merchant: Merchant) -> None:
    async with listening() as listener:
        made = (await merchant.ask(SUBSCRIBE, topic="ORDERS_CREATE", webhookSubscription={"uri": listener.url}))[
            "webhookSubscriptionCreate"
        ]
        assert made["userErrors"] == []
        await merchant.sell((A, 1))
        (body,) = await listener.wait_for(1)
        assert json.loads(body)["line_items"][0]["sku"] == A
        number = made["webhookSubscription"]["id"]
        gone = (await merchant.ask(UNSUBSCRIBE, id=number))["webhookSubscriptionDelete"]
        assert gone["deletedWebhookSubscriptionId"] == number
