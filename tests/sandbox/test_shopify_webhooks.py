"""Webhooks: subscribed by mutation, signed over the raw body, retried, and given up with their subscription."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from hub.sandbox.faults import Fault, Forced
from hub.sandbox.shopify.apps import CLIENT_SECRET
from hub.sandbox.shopify.switches import Switches
from hub.sandbox.shopify.webhooks import PAUSES, header_topic
from tests.sandbox.shopify_bench import SUBSCRIBE, A, ShopifyBench, group, shopify_bench
from tests.sandbox.test_shopify_contract import FOLDER, published_only

QUICKLY = 20_000
"""A pace at which all retries come within a second, and a token lives for four."""
LISTED = "{ webhookSubscriptions(first: 5) { nodes { id topic uri includeFields filter } } }"


def sign(body: bytes) -> str:
    return base64.b64encode(hmac.new(CLIENT_SECRET.encode(), body, hashlib.sha256).digest()).decode()


async def listed(shop: ShopifyBench) -> list[Any]:
    nodes: list[Any] = (await shop.data(LISTED))["webhookSubscriptions"]["nodes"]
    return nodes


async def test_a_new_order_arrives_signed_in_rest_shape() -> None:
    async with shopify_bench() as shop:
        await shop.subscribe("ORDERS_CREATE")
        order = await shop.sell((A, 1))
        [(headers, body)] = await shop.letterbox.until(1)
        assert headers["x-shopify-topic"] == "orders/create"
        assert headers["x-shopify-hmac-sha256"] == sign(body)
        assert headers["x-shopify-shop-domain"] == "sandbox.myshopify.com"
        assert headers["x-shopify-api-version"] == "2026-10"
        assert {"x-shopify-webhook-id", "x-shopify-event-id", "x-shopify-triggered-at"} <= headers.keys()
        told = json.loads(body)
        assert told["admin_graphql_api_id"] == order
        assert told["id"] == int(order.rpartition("/")[2])
        assert told["financial_status"] == "paid"


@published_only
async def test_the_body_has_the_keys_that_were_seen() -> None:
    shape = json.loads((FOLDER / "orders-webhook-shape.json").read_text())
    bare = {"company", "client_details", "payment_terms"}
    async with shopify_bench() as shop:
        await shop.subscribe("ORDERS_CREATE")
        await shop.sell((A, 1), shipping=shop.world.prices[A])
        [(_, body)] = await shop.letterbox.until(1)
        told = json.loads(body)
        wanted = {name.partition(" ")[0].partition("|")[0] for name in shape["top"]}
        assert wanted - told.keys() == set(), wanted - told.keys()
        assert all(told[name] is None for name in bare)
        plain = {name.partition("[")[0].partition("|")[0].partition(" ")[0] for name in shape["line_item"]}
        assert plain - told["line_items"][0].keys() == set()
        assert set(shape["shipping_line"]) - told["shipping_lines"][0].keys() == set()


async def test_deliveries_of_one_action_share_the_event_and_not_the_webhook_id() -> None:
    async with shopify_bench() as shop:
        for topic in ("ORDERS_CREATE", "ORDERS_PAID"):
            await shop.subscribe(topic)
        await shop.sell((A, 1))
        letters = await shop.letterbox.until(2)
        assert {headers["x-shopify-topic"] for headers, _ in letters} == {"orders/create", "orders/paid"}
        assert len({headers["x-shopify-event-id"] for headers, _ in letters}) == 1
        assert len({headers["x-shopify-webhook-id"] for headers, _ in letters}) == 2


async def test_a_doubled_delivery_has_the_same_webhook_id() -> None:
    async with shopify_bench() as shop:
        await shop.subscribe("ORDERS_CREATE")
        shop.world.faults.forced.append(Forced(Fault.HOOK_DOUBLED, "shopify"))
        await shop.sell((A, 1))
        first, second = await shop.letterbox.until(2)
        assert first[0]["x-shopify-webhook-id"] == second[0]["x-shopify-webhook-id"]
        assert first[1] == second[1]


async def test_only_the_wanted_fields_are_sent() -> None:
    async with shopify_bench() as shop:
        await shop.subscribe("ORDERS_CREATE", includeFields=["id", "updated_at"])
        await shop.sell((A, 1))
        [(headers, body)] = await shop.letterbox.until(1)
        assert json.loads(body).keys() == {"id", "updated_at"}
        assert headers["x-shopify-hmac-sha256"] == sign(body)


async def test_a_retry_carries_the_payload_of_its_moment() -> None:
    async with shopify_bench(Switches(starting_stock=True, hook_delay=0), speed=2000) as shop:
        shop.letterbox.statuses = [500, 200]
        await shop.subscribe("ORDERS_CREATE")
        order = await shop.sell((A, 1), paid=False)
        await shop.letterbox.until(1)
        await shop.platform.pay(order.rpartition("/")[2])
        first, second = await shop.letterbox.until(2)
        assert first == second
        assert json.loads(second[1])["financial_status"] == "pending"


async def test_after_eight_retries_the_subscription_is_gone() -> None:
    async with shopify_bench(Switches(starting_stock=True, hook_delay=0), speed=QUICKLY) as shop:
        shop.letterbox.statuses = [503]
        await shop.subscribe("ORDERS_CREATE")
        await shop.sell((A, 1))
        await shop.letterbox.until(len(PAUSES) + 1)
        await shop.renew()
        while await listed(shop):
            await shop.renew()


async def test_one_success_forgives_the_failures_before_it() -> None:
    async with shopify_bench(Switches(starting_stock=True, hook_delay=0), speed=QUICKLY) as shop:
        shop.letterbox.statuses = [503, 503, 200]
        await shop.subscribe("ORDERS_CREATE")
        await shop.sell((A, 1))
        await shop.letterbox.until(3)
        await shop.renew()
        assert len(await listed(shop)) == 1


async def test_a_subscription_is_unique_can_be_changed_and_deleted() -> None:
    update = """mutation U($id: ID!, $w: WebhookSubscriptionInput!) { webhookSubscriptionUpdate(id: $id,
      webhookSubscription: $w) { webhookSubscription { uri includeFields } userErrors { message } } }"""
    delete = """mutation D($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId } }"""
    async with shopify_bench() as shop:
        made = await shop.subscribe("ORDERS_UPDATED")
        wanted = {"uri": "https://hub.test/hook", "format": "JSON"}
        again = await shop.data(SUBSCRIBE, topic="ORDERS_UPDATED", webhookSubscription=wanted)
        assert "already been taken" in again["webhookSubscriptionCreate"]["userErrors"][0]["message"]
        moved = {"uri": "http://127.0.0.1:1/hook"}
        told = (await shop.data(update, id=made, w=moved))["webhookSubscriptionUpdate"]
        assert told["webhookSubscription"]["uri"] == moved["uri"], "loopback may be plain http"
        assert (await shop.data(delete, id=made))["webhookSubscriptionDelete"]["deletedWebhookSubscriptionId"] == made
        assert await listed(shop) == []


async def test_other_topics_tell_of_stock_fulfilments_refunds_and_cancellations() -> None:
    topics = ("INVENTORY_LEVELS_UPDATE", "FULFILLMENTS_CREATE", "REFUNDS_CREATE", "ORDERS_CANCELLED", "ORDERS_EDITED")
    async with shopify_bench() as shop:
        order = await shop.sell((A, 2))
        [found] = await shop.to_send(order)
        number = order.rpartition("/")[2]
        for topic in topics:
            await shop.subscribe(topic)
        await shop.platform.edit_order(number, A, 1)
        await shop.fulfil(group(found))
        await shop.platform.refund(number, [], shop.world.prices[A] / 2)
        await shop.platform.cancel(number)
        letters = await shop.letterbox.until(6)
        bodies = {headers["x-shopify-topic"]: json.loads(body) for headers, body in letters}
        assert bodies.keys() == {header_topic(topic) for topic in topics}
        assert bodies["fulfillments/create"]["tracking_numbers"] == ["3S1"]
        assert bodies["inventory_levels/update"]["location_id"] == int(shop.place().rpartition("/")[2])


async def test_a_switch_spoils_signatures() -> None:
    async with shopify_bench() as shop:
        await shop.subscribe("ORDERS_CREATE")
        shop.switches.bad_signatures = 1
        await shop.sell((A, 1))
        [(headers, body)] = await shop.letterbox.until(1)
        assert headers["x-shopify-hmac-sha256"] != sign(body)
