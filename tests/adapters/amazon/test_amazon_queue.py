"""Events out of the queue: taken once, in both casings, signed, and left for others where they are theirs."""

from __future__ import annotations

import json
from typing import Any

import anyio
import httpx2
import orjson
import pytest

from hub.adapters.amazon.notifications import read_notification
from hub.adapters.amazon.queue import PATIENCE, QueueAddress
from hub.adapters.port import Hint, Pulled
from hub.outcome import Rejected, Throttled, Unavailable
from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.faults import Fault
from tests.adapters.amazon.amazon_by_hand import Amazon
from tests.adapters.amazon.amazon_stage import AmazonFixture
from tests.adapters.channel_stage import Stage, staged
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import says

URL = "https://sqs.eu-central-1.amazonaws.com/123456789012/hub"
QUEUE = {"queue_url": URL, "queue_key": "AKIA", "queue_secret": "secret"}


def order_change(number: int, seller: str = "A1SELLER") -> dict[str, Any]:
    content = {"SellerId": seller, "AmazonOrderId": f"404-{number}", "OrderChangeType": "OrderStatusChange"}
    return {
        "NotificationVersion": "1.0",
        "NotificationType": "ORDER_CHANGE",
        "PayloadVersion": "1.0",
        "EventTime": "2026-11-23T08:00:00.5Z",
        "Payload": {"OrderChangeNotification": content},
        "NotificationMetadata": {"NotificationId": f"n{number}"},
    }


FEED = {
    "notificationType": "FEED_PROCESSING_FINISHED",
    "eventTime": "2026-11-23T08:00:00Z",
    "payload": {"feedProcessingFinishedNotification": {"sellerId": "A1SELLER", "feedId": "55"}},
    "notificationMetadata": {"notificationId": "f1"},
}


def messages(*bodies: object, start: int = 0) -> httpx2.Response:
    rows = [
        {"MessageId": "m", "ReceiptHandle": f"r{place}", "Body": body if isinstance(body, str) else json.dumps(body)}
        for place, body in enumerate(bodies, start)
    ]
    return says({"Messages": rows})


def targets(amazon: Amazon) -> list[str]:
    return [each.headers["X-Amz-Target"] for each in amazon.asked]


async def test_hints_of_both_casings_are_read_and_nonsense_leaves_the_queue(clock: HandClock) -> None:
    strange = {"NotificationType": "BRANDED_ITEM_CONTENT_CHANGE", "NotificationMetadata": {"NotificationId": "s"}}
    amazon = Amazon(lambda _: messages(order_change(1), FEED, "{broken", strange, "[]"), **QUEUE)
    async with amazon.open(clock) as channel:
        pulled = await channel.pull_hints([])
    assert [(hint.topic, hint.key, hint.event_id) for hint in pulled.hints] == [
        ("ORDER_CHANGE", "404-1", "n1"),
        ("FEED_PROCESSING_FINISHED", "55", "f1"),
    ]
    assert pulled.receipts == ("r0", "r1", "r2", "r3", "r4")
    assert not pulled.more
    [request] = amazon.asked
    assert str(request.url) == "https://sqs.eu-central-1.amazonaws.com/"
    assert orjson.loads(request.content)["QueueUrl"] == URL
    assert "/eu-central-1/sqs/aws4_request" in request.headers["Authorization"]
    assert "x-amz-access-token" not in request.headers


async def test_a_hint_that_was_not_made_durable_comes_again_and_one_that_was_does_not(clock: HandClock) -> None:
    amazon = Amazon(lambda _: messages(order_change(1)), **QUEUE)
    async with amazon.open(clock) as channel:
        first = await channel.pull_hints([])
        again = await channel.pull_hints([])
        assert first.hints == again.hints, "the receipt was not handed back"
        known = await channel.pull_hints(again.receipts)
        assert (known.hints, known.receipts) == ((), ("r0",))
        assert targets(amazon)[-2:] == ["AmazonSQS.DeleteMessageBatch", "AmazonSQS.ReceiveMessage"]


async def test_a_queue_that_says_nothing_is_not_waited_for_as_long_as_the_orders_are(clock: HandClock) -> None:
    page = says({"Messages": [], "orders": [], "lastUpdatedBefore": "2026-11-23T08:00:00Z"})
    amazon = Amazon(lambda _: page, **QUEUE)
    async with amazon.open(clock) as channel:
        await channel.pull_hints([])
        await channel.changed_orders(None)
    reads = [each.extensions["timeout"]["read"] for each in amazon.asked]
    assert reads[0] == PATIENCE < min(reads[1:])


async def test_what_another_seller_is_told_stays_in_the_queue(clock: HandClock) -> None:
    amazon = Amazon(lambda _: messages(order_change(1, "A2OTHER"), order_change(2)), **QUEUE)
    async with amazon.open(clock) as channel:
        pulled = await channel.pull_hints([])
    assert ([hint.key for hint in pulled.hints], pulled.receipts) == (["404-2"], ("r1",))


async def test_a_full_hand_says_that_there_is_more_and_receipts_go_back_ten_at_a_time(clock: HandClock) -> None:
    amazon = Amazon(lambda _: messages(*(order_change(number) for number in range(10))), **QUEUE)
    async with amazon.open(clock) as channel:
        assert (await channel.pull_hints([])).more
        amazon.asked.clear()
        await channel.pull_hints([f"x{number}" for number in range(25)])
    sizes = [len(body["Entries"]) for body in amazon.bodies() if "Entries" in body]
    assert sizes == [10, 10, 5]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (says({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no"}, 400), Rejected),
        (says({"__type": "com.amazon.coral.service#InvalidSignatureException", "message": "no"}, 403), Rejected),
        (says({"__type": "com.amazonaws.sqs#RequestThrottled", "message": "slow"}, 403), Throttled),
        (httpx2.Response(503, text="<html>"), Unavailable),
    ],
)
async def test_a_queue_that_refuses_says_why(
    clock: HandClock, answer: httpx2.Response, outcome: type[Exception]
) -> None:
    async with Amazon(lambda _: answer, **QUEUE).open(clock) as channel:
        with pytest.raises(outcome):
            await channel.pull_hints([])


@pytest.mark.parametrize(
    ("url", "arn", "endpoint"),
    [
        (URL, "arn:aws:sqs:eu-central-1:123456789012:hub", "https://sqs.eu-central-1.amazonaws.com/"),
        ("http://127.0.0.1:9/amazon/sqs/1/q", "arn:aws:sqs:eu-west-1:1:q", "http://127.0.0.1:9/amazon/sqs/"),
    ],
)
def test_a_queues_name_follows_from_its_address(url: str, arn: str, endpoint: str) -> None:
    assert (QueueAddress(url).arn, QueueAddress(url).endpoint) == (arn, endpoint)


def test_an_address_that_is_no_queues_is_refused() -> None:
    with pytest.raises(Rejected):
        _ = QueueAddress("https://hub.test/hooks").arn


@pytest.mark.parametrize("body", ["", "null", "[1]", "{}", '{"NotificationType": "ORDER_CHANGE"}', "[" * 5000])
def test_nonsense_is_no_notification(body: str) -> None:
    assert read_notification(body) is None


async def pulled_until(stage: Stage, key: str) -> Hint:
    """Pull as the hub does, receipts handed back, until a hint of a key came."""
    last = Pulled()
    with anyio.fail_after(60):
        while True:
            last = await stage.channel.pull_hints(last.receipts)
            for hint in last.hints:
                if hint.key == key:
                    return hint


async def test_a_sale_is_announced_once_it_is_subscribed_to() -> None:
    async with staged(AmazonFixture(redelivered=0.5)) as stage:
        queue = stage.channel.queue
        assert queue is not None
        for topic in stage.channel.hook_topics:
            for _ in range(2):
                made = await stage.patiently(stage.channel.subscribe, topic, queue, "")
                assert (made.topic, made.callback, made.active) == (topic, queue, True)
        listed = await stage.patiently(stage.channel.subscriptions)
        assert [each.topic for each in listed] == list(stage.channel.hook_topics)
        order_id = await stage.sell()
        assert (await pulled_until(stage, order_id)).topic == "ORDER_CHANGE"
        for each in listed:
            for _ in range(2):
                await stage.patiently(stage.channel.unsubscribe, each.external_id)
        assert await stage.patiently(stage.channel.subscriptions) == ()


async def test_a_topic_that_goes_to_another_queue_is_shown_as_such_and_not_taken() -> None:
    async with staged(AmazonFixture()) as stage:
        other = f"{stage.url}/sqs/123456789012/other"
        await stage.channel.subscribe("ORDER_CHANGE", other, "")
        [listed] = await stage.channel.subscriptions()
        assert listed.callback == "arn:aws:sqs:eu-west-1:123456789012:other"
        with pytest.raises(Rejected) as refused:
            await stage.channel.subscribe("ORDER_CHANGE", str(stage.channel.queue), "")
        assert refused.value.code == "other_queue"
        with pytest.raises(Rejected):
            await stage.channel.subscribe("LISTINGS_ITEM_MFN_QUANTITY_CHANGE", other, "")


@pytest.mark.parametrize("fault", [Fault.THROTTLE, Fault.BROKEN, Fault.LOST_ANSWER, Fault.LOST_REQUEST])
async def test_a_queue_that_fails_loses_nothing(fault: Fault) -> None:
    async with staged(AmazonFixture()) as stage:
        for topic in stage.channel.hook_topics:
            await stage.patiently(stage.channel.subscribe, topic, str(stage.channel.queue), "")
        order_id = await stage.sell()
        stage.pass_time(0.1)
        stage.force(fault, ("POST", "/sqs"))
        with pytest.raises((Throttled, Unavailable)):
            await stage.channel.pull_hints([])
        platform = stage.platform
        assert isinstance(platform, AmazonPlatform)
        stage.sandbox.world.clock.advance(61)
        assert (await pulled_until(stage, order_id)).key == order_id
