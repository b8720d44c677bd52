"""Webhooks of Exact: validated at birth, signed, folded, retried, and never to be relied on."""

from __future__ import annotations

import hashlib
import hmac
import json
import re

import pytest

from hub.sandbox.faults import Fault, Forced
from tests.sandbox.exact_bench import ExactBench, Listener, said

ENVELOPE = re.compile(rb'^{"Content":(.*),"HashCode":"(.*)"}$')


async def subscribe(exact: ExactBench, topic: str, url: str) -> None:
    answer = await exact.post("webhooks/WebhookSubscriptions", {"Topic": topic, "CallbackURL": url})
    assert answer.status_code == 201, answer.text


async def test_a_subscription_is_validated_with_an_empty_body_before_it_is_answered(
    fast_exact: ExactBench, listener: Listener
) -> None:
    await subscribe(fast_exact, "StockPositions", listener.url)
    assert listener.bodies == [b""]
    rows = await fast_exact.rows("webhooks/WebhookSubscriptions")
    assert [(row["Topic"], row["CallbackURL"]) for row in rows] == [("StockPositions", listener.url)]


async def test_a_callback_that_refuses_or_is_absent_fails_the_subscription(
    fast_exact: ExactBench, listener: Listener
) -> None:
    listener.answers = [405]
    for url, told in ((listener.url, "405"), ("http://127.0.0.1:1/x", "ConnectFailure")):
        answer = await fast_exact.post("webhooks/WebhookSubscriptions", {"Topic": "Items", "CallbackURL": url})
        assert (answer.status_code, said(answer)) == (500, f"Ongeldig: Post naar callback-URL geeft {told} terug")
    assert await fast_exact.rows("webhooks/WebhookSubscriptions") == []


async def test_a_topic_can_be_subscribed_once_per_division(fast_exact: ExactBench, listener: Listener) -> None:
    await subscribe(fast_exact, "Items", listener.url)
    again = await fast_exact.post("webhooks/WebhookSubscriptions", {"Topic": "Items", "CallbackURL": listener.url})
    assert (again.status_code, said(again)) == (500, "Gegeven bestaat reeds.")
    fast_exact.root = "/exact/api/v1/654321"
    await subscribe(fast_exact, "Items", listener.url)


async def test_a_hook_is_compact_ordered_and_signed_over_its_raw_content(
    fast_exact: ExactBench, listener: Listener
) -> None:
    await subscribe(fast_exact, "SalesOrders", listener.url)
    order = await fast_exact.order()
    body = (await listener.wait_for(2))[1]
    found = ENVELOPE.match(body)
    assert found is not None
    expected = hmac.new(b"sandbox-hook-secret", found[1], hashlib.sha256).hexdigest().upper()
    assert found[2].decode() == expected
    content = json.loads(found[1])
    assert list(content) == [
        "Topic", "ClientId", "Division", "Action", "Key", "ExactOnlineEndpoint", "EventCreatedOn"
    ]  # fmt: skip
    assert (content["Topic"], content["Division"], content["Action"]) == ("SalesOrders", 123456, "Update")
    assert content["Key"] == order["OrderID"]
    assert content["ExactOnlineEndpoint"].endswith(f"/api/v1/123456/salesorder/SalesOrders(guid'{order['OrderID']}')")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", content["EventCreatedOn"])
    assert (await fast_exact.call("GET", content["ExactOnlineEndpoint"])).status_code == 200


async def test_a_stock_hook_carries_the_item_and_leads_to_its_position(
    fast_exact: ExactBench, listener: Listener
) -> None:
    await subscribe(fast_exact, "StockPositions", listener.url)
    await fast_exact.order()
    await listener.wait_for(2)
    content = listener.contents[0]
    assert content["Key"] == fast_exact.item()
    answer = await fast_exact.call("GET", content["ExactOnlineEndpoint"])
    assert answer.json()["d"]["results"][0]["ReservedStock"] == 2


async def test_a_burst_sends_one_hook_per_item(fast_exact: ExactBench, listener: Listener) -> None:
    await subscribe(fast_exact, "StockPositions", listener.url)
    await fast_exact.client.post("/_control/count-burst", json={"count": 12})
    await listener.wait_for(7)
    assert len({content["Key"] for content in listener.contents}) == 6


async def test_a_deletion_says_so_and_the_resource_is_gone(fast_exact: ExactBench, listener: Listener) -> None:
    order = await fast_exact.order()
    await subscribe(fast_exact, "SalesOrders", listener.url)
    await fast_exact.delete(f"salesorder/SalesOrders(guid'{order['OrderID']}')")
    await listener.wait_for(2)
    assert listener.contents[0]["Action"] == "Delete"
    assert (await fast_exact.call("GET", listener.contents[0]["ExactOnlineEndpoint"])).status_code == 404


async def test_a_failed_hook_is_tried_again(fast_exact: ExactBench, listener: Listener) -> None:
    await subscribe(fast_exact, "SalesOrders", listener.url)
    listener.answers = [503]
    await fast_exact.order()
    first, second = (await listener.wait_for(3))[1:3]
    assert first == second


async def test_a_delivery_tells_of_itself_and_of_its_order(fast_exact: ExactBench, listener: Listener) -> None:
    await fast_exact.order()
    await subscribe(fast_exact, "GoodsDeliveries", listener.url)
    made = (await fast_exact.client.post("/_control/deliver", json={"count": 1})).json()["deliveries"][0]
    await listener.wait_for(2)
    assert listener.contents[0]["Key"] == made["delivery"]


@pytest.mark.parametrize(("fault", "copies"), [(Fault.HOOK_DOUBLED, 2), (Fault.HOOK_LATE, 1), (Fault.HOOK_LOST, 0)])
async def test_hooks_can_be_doubled_late_or_lost(
    fast_exact: ExactBench, listener: Listener, fault: Fault, copies: int
) -> None:
    await subscribe(fast_exact, "SalesOrders", listener.url)
    fast_exact.sandbox.world.faults.forced.append(Forced(fault, "exact", path="SalesOrders"))
    first, marker = await fast_exact.order(), await fast_exact.order()
    await listener.wait_for(1 + copies + 1)
    keys = [content["Key"] for content in listener.contents]
    assert sorted(keys) == sorted([first["OrderID"]] * copies + [marker["OrderID"]])


async def test_a_hash_can_be_bad(fast_exact: ExactBench, listener: Listener) -> None:
    await subscribe(fast_exact, "SalesOrders", listener.url)
    fast_exact.platform.office.settings.bad_hashes = 1
    await fast_exact.order()
    found = ENVELOPE.match((await listener.wait_for(2))[1])
    assert found is not None
    assert found[2].decode() != hmac.new(b"sandbox-hook-secret", found[1], hashlib.sha256).hexdigest().upper()


async def test_subscriptions_can_be_deleted_but_not_changed(fast_exact: ExactBench, listener: Listener) -> None:
    await subscribe(fast_exact, "Items", listener.url)
    row = (await fast_exact.rows("webhooks/WebhookSubscriptions"))[0]
    path = f"webhooks/WebhookSubscriptions(guid'{row['ID']}')"
    assert (await fast_exact.put(path, {"CallbackURL": "http://127.0.0.1:1/y"})).status_code == 403
    assert (await fast_exact.delete(path)).status_code == 204
    assert await fast_exact.rows("webhooks/WebhookSubscriptions") == []
