"""WooCommerce's own Python client does with the simulated shop what integrators do with real ones."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from woocommerce import API

from hub.sandbox.ledger import Units
from hub.sandbox.woocommerce.keys import KEY, SECRET
from hub.sandbox.woocommerce.platform import WooPlatform
from hub.sandbox.woocommerce.switches import Switches
from tests.contract.clients.places import blocking, sandbox_of
from tests.sandbox.exact_bench import Listener, listening

A, B = "ART-00001", "ART-00002"
TRACKING = "wc-shipment-tracking/v3"


@dataclass
class Shop:
    """A shop, and clients that talk to it."""

    platform: WooPlatform
    address: str
    certificate: Path | None

    def client(self, **more: Any) -> Any:
        trust = str(self.certificate) if self.certificate else True
        return API(self.address, KEY, SECRET, **({"verify_ssl": trust} | more))

    async def ask(self, method: str, *asked: Any, status: int = 200, via: Any = None, **more: Any) -> Any:
        """Call one of the client's methods and return the body of its answer."""
        answer = await self.answer(method, *asked, via=via, **more)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def answer(self, method: str, *asked: Any, via: Any = None, **more: Any) -> Any:
        call: Callable[..., Any] = getattr(via or self.client(), method)
        return await blocking(lambda: call(*asked, **more))

    async def sell(self, sku: str = A, quantity: int = 1, **more: Any) -> int:
        return int(await self.platform.place_order([Units(sku, quantity)], **more))


@asynccontextmanager
async def opened(certificate: Path | None = None) -> AsyncIterator[Shop]:
    switches = Switches(starting_stock=True, hook_delay=0)
    async with sandbox_of("woocommerce", lambda world: WooPlatform(world, switches), certificate) as sandbox:
        platform = sandbox.world.platforms["woocommerce"]
        assert isinstance(platform, WooPlatform)
        yield Shop(platform, f"{sandbox.options.base_url}/woocommerce", certificate)


@pytest.fixture
async def shop(certificate: Path) -> AsyncIterator[Shop]:
    async with opened(certificate) as found:
        yield found


@pytest.fixture
async def plain_shop() -> AsyncIterator[Shop]:
    """A shop without https, where the client signs its requests (OAuth 1.0a)."""
    async with opened() as found:
        yield found


async def test_the_key_is_taken_from_a_header_and_from_the_query(shop: Shop) -> None:
    for in_query in (False, True):
        rows = await shop.ask("get", "products", via=shop.client(query_string_auth=in_query), params={"per_page": 5})
        assert len(rows) == 5
    wrong = API(shop.address, KEY, "cs_wrong", verify_ssl=str(shop.certificate))
    refused = await shop.ask("get", "products", via=wrong, status=401)
    assert refused["code"] == "woocommerce_rest_authentication_error"


async def test_without_https_the_client_signs_every_request(plain_shop: Shop) -> None:
    """Spaces and commas in the query are part of what is signed."""
    order = await plain_shop.sell()
    params = {"status": "processing", "search": "a b", "include": f"{order},"}
    assert await plain_shop.ask("get", "orders", params={"per_page": 1})
    assert (await plain_shop.answer("get", "orders", params=params)).status_code == 200
    (found,) = await plain_shop.ask("get", "products", params={"sku": f"{A},", "_fields": "id,stock_quantity"})
    await plain_shop.ask("put", f"products/{found['id']}", {"stock_quantity": 7})
    assert plain_shop.platform.shown(A) == 7
    await plain_shop.ask("put", f"orders/{order}", {"status": "completed"})


async def test_every_product_is_reached_page_by_page(shop: Shop) -> None:
    first = await shop.answer("get", "products", params={"per_page": 20})
    pages = int(first.headers["X-WP-TotalPages"])
    seen = [each["id"] for each in first.json()]
    assert 'rel="next"' in first.headers["Link"]
    for page in range(2, pages + 1):
        seen += [each["id"] for each in await shop.ask("get", "products", params={"per_page": 20, "page": page})]
    assert len(set(seen)) == len(seen) == int(first.headers["X-WP-Total"])


async def test_products_are_read_and_their_stock_and_price_changed(shop: Shop) -> None:
    (found,) = await shop.ask("get", "products", params={"sku": A})
    assert (await shop.ask("get", f"products/{found['id']}"))["sku"] == A
    body = {"manage_stock": True, "stock_quantity": 12, "regular_price": "9.95"}
    changed = await shop.ask("put", f"products/{found['id']}", body)
    assert (changed["stock_quantity"], changed["regular_price"]) == (12, "9.95")
    assert shop.platform.shown(A) == 12


async def test_products_are_filtered_by_change_stock_and_words(shop: Shop) -> None:
    (found,) = await shop.ask("get", "products", params={"sku": A})
    shop.platform.world.clock.advance(60)
    await shop.ask("put", f"products/{found['id']}", {"stock_quantity": 0})
    since = {"modified_after": found["date_modified_gmt"], "dates_are_gmt": True, "orderby": "modified"}
    assert [each["id"] for each in await shop.ask("get", "products", params=since)] == [found["id"]]
    sold_out = await shop.ask("get", "products", params={"stock_status": "outofstock", "search": found["name"]})
    assert [each["id"] for each in sold_out] == [found["id"]]


async def test_a_product_is_made_and_thrown_away(shop: Shop) -> None:
    body = {"name": "Kabel", "type": "simple", "regular_price": "4.50", "sku": "NEW-1", "manage_stock": True}
    made = await shop.ask("post", "products", body | {"stock_quantity": 3}, status=201)
    assert (made["name"], made["stock_quantity"], made["price"]) == ("Kabel", 3, "4.50")
    twice = await shop.ask("post", "products", body, status=400)
    assert twice["code"] == "product_invalid_sku"
    assert (await shop.ask("delete", f"products/{made['id']}", params={"force": True}))["id"] == made["id"]
    await shop.ask("get", f"products/{made['id']}", status=404)


async def test_stock_of_many_products_and_variations_is_changed_in_one_batch(shop: Shop) -> None:
    rows = await shop.ask("get", "products", params={"type": "simple", "per_page": 3})
    update = [{"id": each["id"], "manage_stock": True, "stock_quantity": 4} for each in rows]
    done = await shop.ask("post", "products/batch", {"update": [*update, {"id": 999999, "stock_quantity": 1}]})
    assert [each.get("stock_quantity") for each in done["update"]] == [4, 4, 4, None]
    assert done["update"][3]["error"]["code"] == "woocommerce_rest_product_invalid_id"
    (parent, *_) = await shop.ask("get", "products", params={"type": "variable"})
    below = f"products/{parent['id']}/variations"
    (variation, *_) = await shop.ask("get", below)
    await shop.ask("put", f"{below}/{variation['id']}", {"manage_stock": True, "stock_quantity": 5})
    batch = {"update": [{"id": variation["id"], "manage_stock": True, "stock_quantity": 6}]}
    assert (await shop.ask("post", f"{below}/batch", batch))["update"][0]["stock_quantity"] == 6


async def test_orders_are_listed_by_status_and_moment(shop: Shop) -> None:
    paid, unpaid = await shop.sell(), await shop.sell(B, paid=False)
    listed = await shop.ask("get", "orders", params={"status": "processing,on-hold", "orderby": "modified"})
    assert {each["id"] for each in listed} == {paid, unpaid}
    since = {"modified_after": "2020-01-01T00:00:00", "dates_are_gmt": True, "order": "asc", "per_page": 100}
    assert [each["id"] for each in await shop.ask("get", "orders", params=since)] == [paid, unpaid]
    assert await shop.ask("get", "orders", params={"after": "2100-01-01T00:00:00"}) == []
    assert (await shop.ask("get", f"orders/{paid}"))["status"] == "processing"


async def test_an_order_is_shipped_with_its_tracking_code_and_a_note(shop: Shop) -> None:
    order = await shop.sell()
    tracking = {"tracking_provider": "PostNL", "tracking_number": "3S1", "date_shipped": "2026-01-05"}
    plugin = shop.client(version=TRACKING)
    made = await shop.ask("post", f"orders/{order}/shipment-trackings", tracking, via=plugin, status=201)
    assert [made] == await shop.ask("get", f"orders/{order}/shipment-trackings", via=plugin)
    note = {"note": "Verzonden met PostNL 3S1", "customer_note": True}
    assert (await shop.ask("post", f"orders/{order}/notes", note, status=201))["customer_note"] is True
    assert (await shop.ask("put", f"orders/{order}", {"status": "completed"}))["status"] == "completed"
    notes = await shop.ask("get", f"orders/{order}/notes", params={"type": "customer"})
    assert [each["note"] for each in notes] == ["Verzonden met PostNL 3S1"]


async def test_an_order_is_made_refunded_and_thrown_away(shop: Shop) -> None:
    (product,) = await shop.ask("get", "products", params={"sku": A})
    body = {"set_paid": True, "line_items": [{"product_id": product["id"], "quantity": 2}]}
    order = await shop.ask("post", "orders", body, status=201)
    refund = {"amount": "1.00", "reason": "Beschadigd", "api_refund": False}
    made = await shop.ask("post", f"orders/{order['id']}/refunds", refund, status=201)
    assert [each["id"] for each in await shop.ask("get", f"orders/{order['id']}/refunds")] == [made["id"]]
    await shop.ask("delete", f"orders/{order['id']}", params={"force": True})
    await shop.ask("get", f"orders/{order['id']}", status=404)


async def test_many_orders_are_changed_in_one_batch(shop: Shop) -> None:
    orders = [await shop.sell(), await shop.sell(B)]
    body = {"update": [{"id": each, "status": "completed"} for each in orders]}
    done = await shop.ask("post", "orders/batch", body)
    assert [each["status"] for each in done["update"]] == ["completed", "completed"]


async def test_webhooks_are_made_listed_paused_and_deleted(shop: Shop) -> None:
    async with listening() as listener:
        await _webhooks(shop, listener)


async def _webhooks(shop: Shop, listener: Listener) -> None:
    body = {"name": "hub", "topic": "order.created", "delivery_url": listener.url, "secret": "s"}
    made = await shop.ask("post", "webhooks", body, status=201)
    await shop.sell()
    await listener.wait_for(2)
    assert [each["id"] for each in await shop.ask("get", "webhooks", params={"status": "active"})] == [made["id"]]
    assert (await shop.ask("put", f"webhooks/{made['id']}", {"status": "paused"}))["status"] == "paused"
    await shop.ask("delete", f"webhooks/{made['id']}", params={"force": True})
    assert await shop.ask("get", "webhooks") == []


async def test_tax_rates_settings_and_the_index_tell_about_the_shop(shop: Shop) -> None:
    assert {each["rate"] for each in await shop.ask("get", "taxes")} >= {"21.0000", "9.0000"}
    currency = await shop.ask("get", "settings/general/woocommerce_currency")
    assert currency["value"] == "EUR"
    index = await shop.ask("get", "", via=shop.client(version="wc/v3"))
    assert index["namespace"] == "wc/v3"
