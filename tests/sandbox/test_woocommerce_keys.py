"""The shop's door: keys over https, signatures over http, and silence for those who mix them up."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
import pytest

from hub.sandbox.woocommerce.keys import KEY, READ_ONLY_KEY, READ_ONLY_SECRET, SECRET
from hub.sandbox.woocommerce.switches import Switches
from tests.sandbox.woocommerce_bench import ROOT, V3, WooBench, woo_bench

HTTPS = {"X-Forwarded-Proto": "https"}
DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}


def signed(path: str, query: dict[str, str], secret: str = SECRET, **changes: str) -> dict[str, str]:
    """Return the OAuth 1.0a parameters of a GET, signed by the book (RFC 5849) and not by the sandbox's code."""
    values = {
        "oauth_consumer_key": KEY,
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": hashlib.sha256(f"{time.perf_counter_ns()}".encode()).hexdigest()[:16],
        "oauth_signature_method": "HMAC-SHA256",
    } | changes
    pairs = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in (query | values).items())
    base = f"GET&{quote(V3 + path, safe='~')}&{quote('&'.join(f'{a}={b}' for a, b in pairs), safe='~')}"
    seal = hmac.digest(f"{secret}&".encode(), base.encode(), DIGESTS[values["oauth_signature_method"]])
    return values | {"oauth_signature": base64.b64encode(seal).decode()}


async def by_oauth(shop: WooBench, **changes: str) -> httpx2.Response:
    query = {"per_page": "1", "search": "a b&c"}
    values = signed("orders", query, **changes)
    return await shop.client.get(f"{V3}orders?{urlencode(query | values)}")


def code(answer: httpx2.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["code"]


async def test_basic_over_plain_http_is_ignored_without_a_word() -> None:
    async with woo_bench() as shop:
        with_key = await shop.client.get(f"{V3}orders", auth=(KEY, SECRET))
        without = await shop.client.get(f"{V3}orders")
        assert code(with_key) == (401, "woocommerce_rest_cannot_view")
        assert with_key.content == without.content


async def test_over_https_basic_and_query_keys_work() -> None:
    async with woo_bench() as shop:
        basic = await shop.client.get(f"{V3}orders", auth=(KEY, SECRET), headers=HTTPS)
        query = await shop.client.get(f"{V3}orders?consumer_key={KEY}&consumer_secret={SECRET}", headers=HTTPS)
        assert (basic.status_code, query.status_code) == (200, 200)


async def test_a_wrong_secret_is_told_and_an_unknown_key_is_nobody() -> None:
    async with woo_bench() as shop:
        wrong = await shop.client.get(f"{V3}orders", auth=(KEY, "cs_wrong"), headers=HTTPS)
        unknown = await shop.client.get(f"{V3}orders", auth=("ck_x", SECRET), headers=HTTPS)
        assert code(wrong) == (401, "woocommerce_rest_authentication_error")
        assert code(unknown) == (401, "woocommerce_rest_cannot_view")


async def test_a_reading_key_may_not_write_and_hears_401() -> None:
    async with woo_bench() as shop:
        key = (READ_ONLY_KEY, READ_ONLY_SECRET)
        assert (await shop.client.get(f"{V3}orders", auth=key, headers=HTTPS)).status_code == 200
        answer = await shop.client.post(f"{V3}orders", auth=key, headers=HTTPS, json={})
        assert code(answer) == (401, "woocommerce_rest_authentication_error")


@pytest.mark.parametrize("method", ["HMAC-SHA1", "HMAC-SHA256"])
async def test_over_http_a_signature_in_the_query_works(method: str) -> None:
    async with woo_bench() as shop:
        assert (await by_oauth(shop, oauth_signature_method=method)).status_code == 200


async def test_over_http_a_signature_in_the_header_works() -> None:
    async with woo_bench() as shop:
        values = signed("orders", {"per_page": "1"})
        header = "OAuth " + ", ".join(f'{name}="{quote(value, safe="~")}"' for name, value in values.items())
        answer = await shop.client.get(f"{V3}orders?per_page=1", headers={"Authorization": header})
        assert answer.status_code == 200


async def test_a_wrong_signature_an_old_timestamp_and_a_used_nonce_are_refused() -> None:
    async with woo_bench() as shop:
        refused = (401, "woocommerce_rest_authentication_error")
        assert code(await by_oauth(shop, secret="other")) == refused
        assert code(await by_oauth(shop, oauth_timestamp=str(int(time.time()) - 901))) == refused
        assert (await by_oauth(shop, oauth_nonce="once")).status_code == 200
        again = await by_oauth(shop, oauth_nonce="once")
        assert code(again) == refused
        assert "nonce" in again.json()["message"]


async def test_the_root_names_the_plugins_to_everybody() -> None:
    async with woo_bench() as shop:
        namespaces = (await shop.client.get(ROOT)).json()["namespaces"]
        assert {"wc/v3", "wc-shipment-tracking/v3", "wc-ast/v3"} <= set(namespaces)
    async with woo_bench(Switches(plugin=False)) as shop:
        assert "wc-ast/v3" not in (await shop.client.get(ROOT)).json()["namespaces"]


async def test_what_the_shop_does_not_know_is_no_route() -> None:
    async with woo_bench() as shop:
        assert code(await shop.ask("GET", "orders/1/fulfillments")) == (404, "rest_no_route")


async def test_a_stall_ends_in_a_page_of_html_before_or_after_the_effect() -> None:
    async with woo_bench(Switches(True, stalls=1, stall_seconds=0)) as shop:
        path = f"products/{shop.product('ART-00001').product_id}"
        answer = await shop.ask("PUT", path, {"stock_quantity": 3})
        assert (answer.status_code, answer.headers["Content-Type"][:9]) == (500, "text/html")
        assert shop.platform.shown("ART-00001") != 3
        shop.platform.switches.stalls, shop.platform.switches.stall_after_effect = 1, True
        assert (await shop.ask("PUT", path, {"stock_quantity": 3})).status_code == 500
        assert shop.platform.shown("ART-00001") == 3


async def test_a_notice_may_stand_before_the_json() -> None:
    async with woo_bench(Switches(notices=1)) as shop:
        first, second = [await shop.ask("GET", "orders") for _ in range(2)]
        with pytest.raises(json.JSONDecodeError):
            first.json()
        assert second.json() == []


async def test_an_injected_429_is_a_page_of_the_firewall() -> None:
    async with woo_bench() as shop:
        answer = shop.platform.throttled("/wp-json/wc/v3/orders")
        assert (answer.status_code, answer.media_type) == (429, "text/html")
