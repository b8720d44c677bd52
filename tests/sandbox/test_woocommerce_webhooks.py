"""The shop's webhooks: pinged, signed, merged, never repeated, and switched off for good."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import anyio
import pytest

from hub.sandbox.ledger import Units
from hub.sandbox.woocommerce.switches import Switches
from hub.sandbox.woocommerce.webhooks import Webhook
from tests.sandbox.woocommerce_bench import WooBench, woo_bench

A, B, C = "ART-00001", "ART-00002", "ART-00003"
URL, SECRET = "http://hub.test/hook", "s3cr&<>t"


async def subscribe(shop: WooBench, topic: str = "order.updated", **more: Any) -> Webhook:
    body = {"topic": topic, "delivery_url": URL, "secret": SECRET, **more}
    made = await shop.send("POST", "webhooks", body, 201)
    return shop.platform.shop.hooks.by_id[made["id"]]


async def until(shop: WooBench, hook: Webhook, failures: int) -> None:
    """Wait until the webhook has counted so many failures in a row."""
    with anyio.fail_after(60):
        while hook.failures != failures:
            await anyio.lowlevel.checkpoint()


async def test_creating_one_pings_at_once_unsigned_and_as_a_form() -> None:
    async with woo_bench() as shop:
        hook = await subscribe(shop)
        ((headers, body),) = shop.letterbox.letters
        assert body == f"webhook_id={hook.webhook_id}".encode()
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        assert not any(name.startswith("x-wc-") for name in headers)


async def test_a_delivery_is_signed_over_its_raw_body_and_carries_the_object() -> None:
    async with woo_bench() as shop:
        hook = await subscribe(shop, "order.created")
        order_id = await shop.platform.place_order([Units(A, 1)])
        headers, body = (await shop.letterbox.until(2))[1]
        seal = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
        assert headers["x-wc-webhook-signature"] == seal
        assert headers["x-wc-webhook-topic"] == "order.created"
        assert headers["x-wc-webhook-resource"] == "order"
        assert headers["x-wc-webhook-event"] == "created"
        assert headers["x-wc-webhook-id"] == str(hook.webhook_id)
        assert json.loads(body) == await shop.get(f"orders/{order_id}")
        assert b"http:\\/\\/" in body


async def test_the_secret_is_never_shown() -> None:
    async with woo_bench() as shop:
        await subscribe(shop)
        assert SECRET not in (await shop.ask("GET", "webhooks")).text


async def test_two_deliveries_within_one_second_have_the_same_delivery_id() -> None:
    async with woo_bench() as shop:
        hook = await subscribe(shop, "product.updated")
        second = int(shop.world.clock.epoch())
        for sku in (A, B, C):
            shop.stock(sku, 7)
        letters = (await shop.letterbox.until(4))[1:]
        expected = {
            hashlib.md5(f"{hook.webhook_id}{each}".encode(), usedforsecurity=False).hexdigest()
            for each in range(second, int(shop.world.clock.epoch()) + 1)
        }
        assert {headers["x-wc-webhook-delivery-id"] for headers, _ in letters} <= expected
        assert len({json.loads(body)["id"] for _, body in letters}) == 3


async def test_quick_changes_of_one_order_merge_into_one_delivery_of_the_newest_state() -> None:
    async with woo_bench() as shop:
        await subscribe(shop)
        order_id = int(await shop.platform.place_order([Units(A, 1)]))
        order = shop.platform.shop.orders[order_id]
        for status in ("on-hold", "processing", "completed"):
            shop.platform.shop.set_status(order, status)
            shop.platform.shop.touch(order)
        _, body = (await shop.letterbox.until(2))[1]
        assert json.loads(body)["status"] == "completed"
        await anyio.wait_all_tasks_blocked()
        assert len(shop.letterbox.letters) == 2


async def test_a_sale_tells_of_the_order_and_of_the_product() -> None:
    async with woo_bench() as shop:
        for topic in ("order.created", "order.updated", "product.updated"):
            await subscribe(shop, topic)
        await shop.platform.place_order([Units(A, 1)])
        letters = (await shop.letterbox.until(6))[3:]
        topics = {headers["x-wc-webhook-topic"] for headers, _ in letters}
        assert topics == {"order.created", "order.updated", "product.updated"}


async def test_a_stock_write_tells_of_the_product_even_if_nothing_changed() -> None:
    async with woo_bench() as shop:
        await subscribe(shop, "product.updated")
        path = f"products/{shop.product(A).product_id}"
        await shop.send("PUT", path, {"stock_quantity": shop.product(A).quantity})
        assert json.loads((await shop.letterbox.until(2))[1][1])["sku"] == A


async def test_of_a_deleted_order_only_the_id_is_told() -> None:
    async with woo_bench() as shop:
        await subscribe(shop, "order.deleted")
        order_id = await shop.platform.place_order([Units(A, 1)])
        await shop.send("DELETE", f"orders/{order_id}", None)
        assert (await shop.letterbox.until(2))[1][1] == f'{{"id":{order_id}}}'.encode()


async def fail(shop: WooBench, hook: Webhook, times: int) -> None:
    for _ in range(times):
        before = hook.failures
        shop.stock(A, 5)
        await until(shop, hook, before + 1)


async def test_a_failed_delivery_is_not_repeated() -> None:
    async with woo_bench() as shop:
        hook = await subscribe(shop, "product.updated")
        shop.letterbox.statuses = [500, 200]
        await fail(shop, hook, 1)
        await anyio.wait_all_tasks_blocked()
        assert len(shop.letterbox.letters) == 2


async def test_the_seventh_failure_in_a_row_switches_off_and_switching_on_again_does_not_reset_the_count() -> None:
    async with woo_bench() as shop:
        hook = await subscribe(shop, "product.updated")
        shop.letterbox.statuses = [500]
        await fail(shop, hook, 6)
        assert hook.status == "active"
        await fail(shop, hook, 1)
        assert (await shop.get(f"webhooks/{hook.webhook_id}"))["status"] == "disabled"
        await shop.send("PUT", f"webhooks/{hook.webhook_id}", {"status": "active"})
        await fail(shop, hook, 1)
        assert hook.status == "disabled"


async def test_one_success_clears_the_count() -> None:
    async with woo_bench() as shop:
        hook = await subscribe(shop, "product.updated")
        shop.letterbox.statuses = [500]
        await fail(shop, hook, 6)
        shop.letterbox.statuses = [202]
        shop.stock(A, 6)
        await until(shop, hook, 0)
        assert hook.status == "active"


async def test_two_redirects_count_as_success_and_are_not_followed() -> None:
    async with woo_bench() as shop:
        hook = await subscribe(shop, "product.updated")
        shop.letterbox.statuses = [500, 302]
        await fail(shop, hook, 1)
        shop.stock(A, 6)
        await until(shop, hook, 0)


async def test_while_the_ping_was_not_answered_with_200_every_failure_pings_again() -> None:
    async with woo_bench() as shop:
        shop.letterbox.statuses = [404]
        hook = await subscribe(shop, "product.updated")
        assert hook.status == "active"
        await fail(shop, hook, 1)
        assert (await shop.letterbox.until(3))[2][1] == b"webhook_id=1"


async def test_a_paused_webhook_neither_pings_nor_delivers() -> None:
    async with woo_bench() as shop:
        await subscribe(shop, "product.updated", status="paused")
        shop.stock(A, 6)
        await anyio.wait_all_tasks_blocked()
        assert shop.letterbox.letters == []


async def test_webhooks_are_listed_by_status_and_deleted_only_by_force() -> None:
    async with woo_bench() as shop:
        hook = await subscribe(shop)
        assert [row["id"] for row in await shop.get("webhooks?status=active")] == [hook.webhook_id]
        assert await shop.get("webhooks?status=disabled") == []
        path = f"webhooks/{hook.webhook_id}"
        assert (await shop.ask("DELETE", path)).status_code == 501
        await shop.send("DELETE", f"{path}?force=true", None)
        assert (await shop.ask("GET", path)).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"topic": "order.paid"}, "woocommerce_rest_shop_webhook_invalid_topic"),
        ({"topic": "action.delete_site"}, "woocommerce_rest_shop_webhook_invalid_topic"),
        ({"delivery_url": "hub.test"}, "woocommerce_rest_shop_webhook_invalid_delivery_url"),
        ({"status": "asleep"}, "rest_invalid_param"),
    ],
)
async def test_a_wrong_webhook_is_refused(wrong: dict[str, str], code: str) -> None:
    async with woo_bench() as shop:
        answer = await shop.ask("POST", "webhooks", {"topic": "order.created", "delivery_url": URL} | wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_the_action_scheduler_takes_its_time() -> None:
    async with woo_bench(Switches(starting_stock=True, hook_delay=3600)) as shop:
        await subscribe(shop, "product.updated")
        shop.stock(A, 6)
        await anyio.wait_all_tasks_blocked()
        assert len(shop.letterbox.letters) == 1
