"""How an app is let in: consent, client credentials, tokens that expire and rotate, scopes, versions."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from hub.sandbox.shopify.apps import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.shopify.switches import Switches
from tests.sandbox.shopify_bench import BASE, SET, A, ShopifyBench, shopify_bench

SHOP = "{ shop { name } }"
WANTED = {
    "client_id": CLIENT_ID,
    "scope": "read_orders,write_inventory",
    "redirect_uri": "http://127.0.0.1:8000/oauth/shopify/callback",
    "state": "s/t+1",
}


async def consent(shop: ShopifyBench, **more: str) -> dict[str, str]:
    """Let the merchant agree, and return what the callback carries."""
    page = await shop.client.get(f"{BASE}/admin/oauth/authorize", params=WANTED)
    assert "read_orders" in page.text
    sent = await shop.client.post(f"{BASE}/admin/oauth/authorize", data=WANTED | more)
    assert sent.status_code == 302
    return dict(parse_qsl(urlsplit(sent.headers["Location"]).query))


async def trade(shop: ShopifyBench, **form: str) -> dict[str, Any]:
    answer = await shop.grant(**({"grant_type": "authorization_code"} | form))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_the_callback_carries_code_shop_state_timestamp_and_a_seal_over_the_sorted_query() -> None:
    async with shopify_bench() as shop:
        told = await consent(shop)
        seal = told.pop("hmac")
        assert told.keys() == {"code", "shop", "state", "timestamp"}
        assert (told["state"], told["shop"]) == ("s/t+1", "sandbox.myshopify.com")
        message = urlencode(sorted(told.items()))
        assert hmac.new(CLIENT_SECRET.encode(), message.encode(), hashlib.sha256).hexdigest() == seal


async def test_a_merchant_may_refuse() -> None:
    async with shopify_bench() as shop:
        told = await consent(shop, allow="0")
        assert told["error"] == "access_denied"
        assert "code" not in told


async def test_a_code_is_good_for_one_exchange_and_gives_the_scopes_that_were_asked_for() -> None:
    async with shopify_bench() as shop:
        code = (await consent(shop))["code"]
        told = await trade(shop, code=code)
        assert told.keys() == {"access_token", "scope"}, "without expiring=1 the token lives for ever"
        assert told["scope"] == "read_orders,write_inventory"
        assert (await shop.grant(grant_type="authorization_code", code=code)).status_code == 400
        shop.token = told["access_token"]
        denied = await shop.ask("{ products(first: 1) { nodes { id } } }")
        assert denied["data"] is None
        assert denied["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


async def test_an_expiring_token_ends_after_an_hour_and_its_refresh_token_rotates() -> None:
    async with shopify_bench(speed=60) as shop:
        first = await trade(shop, code=(await consent(shop))["code"], expiring="1")
        assert first["expires_in"] in (59, 60)
        assert first["refresh_token_expires_in"] > 100_000
        shop.token = first["access_token"]
        assert (await shop.post(SHOP)).status_code == 200
        shop.pass_time(61)
        assert (await shop.post(SHOP)).status_code == 401
        second = await trade(shop, grant_type="refresh_token", refresh_token=first["refresh_token"])
        assert second["refresh_token"] != first["refresh_token"]
        shop.token = second["access_token"]
        assert (await shop.post(SHOP)).status_code == 200


async def test_the_refresh_token_used_last_stays_good_until_its_replacement_is_used() -> None:
    async with shopify_bench() as shop:
        first = await trade(shop, code=(await consent(shop))["code"], expiring="1")
        lost = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        await trade(shop, **lost)
        shop.token = (await trade(shop, **lost))["access_token"]
        assert (await shop.post(SHOP)).status_code == 200
        refused = await shop.grant(**lost)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_grant")


async def test_client_credentials_give_a_token_for_a_day_without_a_refresh_token() -> None:
    async with shopify_bench() as shop:
        told = (await shop.grant()).json()
        assert told.keys() == {"access_token", "scope", "expires_in"}
        assert told["expires_in"] in (86_398, 86_399)
        assert (await shop.grant(client_secret="wrong")).status_code == 400
        assert (await shop.grant(grant_type="password")).status_code == 400


async def test_a_wrong_token_is_answered_401_outside_graphql() -> None:
    async with shopify_bench() as shop:
        shop.token = "shpat_wrong"
        refused = await shop.post(SHOP)
        assert refused.status_code == 401
        assert refused.json()["errors"].startswith("[API] Invalid API key or access token")


async def test_writing_needs_a_scope_of_its_own_and_includes_reading() -> None:
    async with shopify_bench(Switches(starting_stock=True, scopes=["write_orders", "read_inventory"])) as shop:
        assert "errors" not in await shop.ask("{ orders(first: 1) { nodes { id } } }")
        asked = {"name": "available", "reason": "correction", "quantities": [shop.row(A, 1)]}
        refused = await shop.ask(SET, input=asked, key="k")
        assert refused["data"] == {"inventorySetQuantities": None}
        assert refused["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert "`write_inventory`" in refused["errors"][0]["extensions"]["requiredAccess"]


@pytest.mark.parametrize(
    ("asked", "answered"),
    [("2026-10", "2026-10"), ("2026-04", "2026-04"), ("2023-01", "2026-01"), ("nonsense", "2026-01")],
)
async def test_a_retired_version_is_answered_as_the_oldest_supported_one(asked: str, answered: str) -> None:
    async with shopify_bench() as shop:
        answer = await shop.post(SHOP, version=asked)
        assert (answer.status_code, answer.headers["X-Shopify-API-Version"]) == (200, answered)
