"""Webhooks: accepted once durable, refused with the right word, and nothing of the refused is kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import select

from hub.store.channels import change_channel
from hub.store.sealed import CHANNEL_HOOK_SECRET
from hub.store.tables import message
from hub.web import webhooks
from hub.web.doors import Limits
from tests.web.stage import Stage, bol_body, exact_body, exact_signed, shop_signature

ERP = "erp/acme/123456"
ITEM = "aaaaaaaa-bbbb-cccc-dddd-000000000001"


async def test_a_stock_webhook_is_mail_for_its_division_before_it_is_answered(stage_anywhere: Stage) -> None:
    stage = stage_anywhere
    answer = await stage.push_exact(exact_body())
    assert answer.status_code == 200
    [(address, kind, body)] = await stage.mail()
    assert (address, kind, body["item_id"]) == (ERP, "erp.stock.changed", ITEM)
    assert body["event_at"].startswith("2026-11-23T09:26:08.587")
    assert body["accepted_at"]


async def test_duplicates_fold_into_the_mail_that_waits(stage_anywhere: Stage) -> None:
    for _ in range(3):
        assert (await stage_anywhere.push_exact(exact_body())).status_code == 200
    assert len(await stage_anywhere.mail()) == 1


@pytest.mark.parametrize(
    ("topic", "kind"),
    [("GoodsDeliveries", "erp.tracking.delivery"), ("Items", "erp.catalogue.read")],
)
async def test_other_topics_of_exact_reach_their_lane(stage: Stage, topic: str, kind: str) -> None:
    assert (await stage.push_exact(exact_body(topic))).status_code == 200
    assert [(address, found) for address, found, _ in await stage.mail()] == [(ERP, kind)]


@pytest.mark.parametrize("body", [exact_body("SalesOrders"), exact_body(Division=999), b"", b"\r\n"])
async def test_what_concerns_nobody_is_answered_well_and_dropped(stage: Stage, body: bytes) -> None:
    assert (await stage.push_exact(body)).status_code == 200
    assert await stage.mail() == []


async def test_a_shop_order_is_fetched_whatever_happened_to_it(stage: Stage) -> None:
    for topic in ("order.created", "order.updated", "order.deleted", "product.updated"):
        assert (await stage.push_shop(b'{"id":727}', topic)).status_code == 200
    assert await stage.mail() == [("channel/acme/shop", "channel.order.fetch", {"external_id": "727", "swept": False})]


async def test_an_event_that_was_taken_is_not_taken_again_when_it_is_delivered_again(stage_anywhere: Stage) -> None:
    stage = stage_anywhere
    assert (await stage.push_shopify(b'{"id":727}', "orders/updated", "event-1")).status_code == 200
    await stage.database.write(lambda work: work.execute(message.delete()))
    assert (await stage.push_shopify(b'{"id":727}', "orders/updated", "event-1")).status_code == 200
    assert await stage.mail() == []
    assert (await stage.push_shopify(b'{"id":727}', "orders/updated", "event-2")).status_code == 200
    assert await stage.mail() == [
        ("channel/acme/shopify", "channel.order.fetch", {"external_id": "727", "swept": False})
    ]


async def test_an_event_id_that_cannot_be_stored_is_400(stage: Stage) -> None:
    assert (await stage.push_shopify(b'{"id":727}', "orders/updated", "e" * 129)).status_code == 400


async def test_a_ping_of_a_shop_is_answered_before_a_secret_was_agreed(stage: Stage) -> None:
    answer = await stage.client.post("/webhooks/woocommerce/acme/new-shop", content=b"webhook_id=7")
    assert answer.status_code == 200


@pytest.mark.parametrize("secret", ["", "None"])
async def test_without_an_agreed_secret_no_signature_is_right(stage: Stage, secret: str) -> None:
    body = b'{"id":727}'
    headers = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-signature": shop_signature(body, secret)}
    answer = await stage.client.post("/webhooks/woocommerce/acme/new-shop", content=body, headers=headers)
    assert answer.status_code == 401


async def test_bol_tells_of_orders_shipments_and_processes(stage: Stage) -> None:
    for resource in ("ORDER", "SHIPMENT", "PROCESS_STATUS", "PRICE_STAR_BOUNDARY"):
        assert (await stage.push_bol(bol_body(resource, "A2K8290LP8"))).status_code == 200
    assert [kind for _, kind, _ in await stage.mail()] == [
        "channel.order.fetch",
        "channel.stock.follow",
        "channel.tracking.follow",
    ]


async def test_an_unknown_signing_key_is_read_again_and_the_delivery_comes_again(stage: Stage) -> None:
    for _ in range(3):
        assert (await stage.push_bol(bol_body("ORDER", "1"), key_id="new")).status_code == 503
    assert [kind for _, kind, _ in await stage.mail()] == ["channel.hooks.keys"]


async def test_wrong_signatures_are_401_and_leave_nothing(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    marked = exact_body(key="aaaaaaaa-bbbb-cccc-dddd-0000feedface")
    forged = marked.replace(b'"Update"', b'"Delete"')
    answers = [
        await stage.push_exact(forged),
        await stage.push_exact(exact_signed(b'{"Topic":"feedface"}', "wrong secret")),
        await stage.push_shop(b'{"id":"feedface"}', signature=shop_signature(b'{"id":"feedface"}', "wrong")),
        await stage.push_shop(b'{"id":"feedface"}', signature=""),
        await stage.client.post("/webhooks/bol/acme/bol-1", content=bol_body("ORDER", "feedface")),
    ]
    assert [answer.status_code for answer in answers] == [401] * 5
    assert await stage.mail() == []
    assert all(answer.content == b"" for answer in answers)
    assert "feedface" not in "".join(capfd.readouterr())
    files = Path(str(stage.database.url.database)).parent.glob("hub.sqlite*")
    assert not [file for file in files if b"feedface" in file.read_bytes()]


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks/exact/nobody",
        "/webhooks/exact/%00",
        "/webhooks/exact/" + "a" * 200,
        "/webhooks/bol/acme/shop",
        "/webhooks/bol/other/bol-1",
        "/webhooks/amazon/acme/bol-1",
        "/webhooks/exact/acme/bol-1",
        "/webhooks/woocommerce/acme/%ED%A0%80",
    ],
)
async def test_an_address_nobody_has_is_404(stage: Stage, path: str) -> None:
    assert (await stage.client.post(path, content=b'{"id":1}')).status_code == 404


async def test_only_post_is_a_delivery(stage: Stage) -> None:
    assert (await stage.client.get("/webhooks/woocommerce/acme/shop")).status_code == 405


async def test_an_oversized_body_is_413_however_it_is_announced(stage: Stage) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    path = "/webhooks/woocommerce/acme/shop"
    assert (await stage.client.post(path, content=b"x" * 64_001)).status_code == 413
    assert (await stage.client.post(path, content=dripping())).status_code == 413
    assert (await stage.client.post(path, content=b"x", headers={"content-length": "9" * 40})).status_code == 413


@pytest.mark.parametrize(
    "body",
    [b"{}", b"not json", b'{"Content":{},"HashCode":1}', exact_signed(b"{}"), exact_signed(b'{"Topic":"x"}'),
     exact_body(Division="many"), exact_body(Key="")],
)  # fmt: skip
async def test_what_exact_never_sends_is_400(stage: Stage, body: bytes) -> None:
    assert (await stage.push_exact(body)).status_code == 400
    assert await stage.mail() == []


@pytest.mark.parametrize("identity", ["", "9" * 129, "tab\there", "\u202e1"])
async def test_a_key_that_cannot_be_stored_is_400(stage: Stage, identity: str) -> None:
    assert (await stage.push_shop(json.dumps({"id": identity}).encode())).status_code == 400
    assert (await stage.push_bol(bol_body("ORDER", identity))).status_code == 400


SLOW = pytest.mark.parametrize("limits", [Limits(rate=1.0, burst=2)])


@SLOW
async def test_a_connection_that_sends_too_much_is_asked_to_wait(stage: Stage) -> None:
    codes = [(await stage.push_exact(exact_body())).status_code for _ in range(4)]
    assert codes == [200, 200, 429, 429]
    assert (await stage.push_shop(b'{"id":1}')).status_code == 200
    stage.clock.ahead += 1.0
    answer = await stage.push_exact(exact_body())
    assert answer.status_code == 200


@SLOW
async def test_forged_deliveries_do_not_use_up_the_rate(stage: Stage) -> None:
    for _ in range(5):
        assert (await stage.push_shop(b'{"id":1}', signature="forged")).status_code == 401
    assert (await stage.push_shop(b'{"id":1}')).status_code == 200


async def test_a_secret_changed_a_moment_ago_is_the_one_that_counts(stage: Stage) -> None:
    """What was looked up lately is judged again when a signature does not fit."""
    body = b'{"id":1}'
    assert (await stage.push_shop(body)).status_code == 200
    sealed = stage.vault.seal(b"new secret", CHANNEL_HOOK_SECRET.place("acme", "shop"))
    await stage.database.write(lambda work: change_channel(work, "acme", "shop", hook_secret=sealed))
    stage.clock.ahead += 2.0
    assert (await stage.push_shop(body, signature=shop_signature(body, "new secret"))).status_code == 200
    assert (await stage.push_shop(body)).status_code == 401


@pytest.mark.parametrize("limits", [Limits(patience=0.05)])
async def test_a_body_that_never_ends_is_given_up(stage: Stage) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        yield b"{"
        await anyio.sleep_forever()

    with anyio.fail_after(60):
        answer = await stage.client.post("/webhooks/woocommerce/acme/shop", content=dripping())
    assert answer.status_code == 408


async def test_a_store_that_cannot_write_is_503_and_the_platform_comes_again(stage: Stage) -> None:
    assert (await stage.push_exact(exact_body("SalesOrders"))).status_code == 200
    stage.database._queue.close()
    answer = await stage.push_exact(exact_body())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_a_delivery_is_one_trace_with_the_mail_it_became(stage: Stage) -> None:
    """The span of the delivery is the parent that the mailbox keeps."""
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(webhooks, "_tracer", provider.get_tracer("hub"))
        assert (await stage.push_exact(exact_body())).status_code == 200
    [span] = exporter.get_finished_spans()
    async with stage.database.read() as connection:
        traceparent = (await connection.execute(select(message.c.traceparent))).scalar_one()
    assert format(span.context.trace_id, "032x") in traceparent
    assert span.name == "webhook"
    assert dict(span.attributes or {}) == {
        "hub.platform": "exact",
        "hub.topic": "StockPositions",
        "hub.outcome": "accepted",
    }
