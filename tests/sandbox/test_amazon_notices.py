"""Amazon's notifications: subscribed once, sent at least once, in the casing of their family."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from hub.sandbox.faults import Fault, Forced
from tests.sandbox.amazon_bench import BASE, DE, NL, AmazonBench, amazon_bench
from tests.sandbox.amazon_signer import QueueClient
from tests.sandbox.amazon_spec import check_file

A = "ART-00001"
ARN = "arn:aws:sqs:eu-west-1:123456789012:orders"
NOTICES = "/notifications/v1"
GRANTLESS = {"grant_type": "client_credentials", "scope": "sellingpartnerapi::notifications"}


async def destination(amazon: AmazonBench, resource: Any = None, name: str = "hub") -> str:
    await amazon.renew("app", **GRANTLESS)
    body = {"name": name, "resourceSpecification": resource or {"sqs": {"arn": ARN}}}
    made = await amazon.send("POST", f"{NOTICES}/destinations", body, who="app")
    return str(made["payload"]["destinationId"])


async def subscribe(amazon: AmazonBench, kind: str, destination_id: str, version: str, **more: Any) -> Any:
    body = {"payloadVersion": version, "destinationId": destination_id} | more
    return (await amazon.send("POST", f"{NOTICES}/subscriptions/{kind}", body))["payload"]


@asynccontextmanager
async def subscribed(**bent: Any) -> AsyncIterator[tuple[AmazonBench, QueueClient]]:
    directive = bent.pop("directive", None)
    async with amazon_bench(**({"redelivered": 0.0} | bent)) as amazon:
        more = {"processingDirective": directive} if directive else {}
        where = await destination(amazon)
        await subscribe(amazon, "ORDER_CHANGE", where, "1.0", **more)
        await subscribe(amazon, "FEED_PROCESSING_FINISHED", where, "2020-09-04")
        yield amazon, QueueClient(amazon.client, f"{BASE}/sqs/123456789012/orders")


async def arrived(amazon: AmazonBench, queue: QueueClient, seconds: float = 5) -> list[Any]:
    amazon.pass_time(seconds)
    amazon.platform.account.settle()
    return await queue.drain()


async def test_orders_are_announced_from_pending_to_shipped() -> None:
    async with subscribed() as (amazon, queue):
        order = await amazon.sell((A, 2), paid=False)
        (first,) = await arrived(amazon, queue)
        check_file("schemas/notifications/OrderChangeNotification.json", first)
        told = first["Payload"]["OrderChangeNotification"]
        assert (told["AmazonOrderId"], told["Summary"]["OrderStatus"]) == (order.order_id, "Pending")
        assert told["Summary"]["OrderItems"][0]["SellerSKU"] == A
        assert told["Summary"]["DestinationPostalCode"] is None
        await amazon.platform.pay(order.order_id)
        (second,) = await arrived(amazon, queue)
        assert second["Payload"]["OrderChangeNotification"]["Summary"]["OrderStatus"] == "Unshipped"
        await amazon.confirm(order, (0, 2))
        amazon.pass_time(91)
        amazon.platform.account.settle()
        (third,) = await arrived(amazon, queue)
        check_file("schemas/notifications/OrderChangeNotification.json", third)
        assert third["Payload"]["OrderChangeNotification"]["Summary"]["OrderStatus"] == "Shipped"
        ids = {each["NotificationMetadata"]["NotificationId"] for each in (first, second, third)}
        assert len(ids) == 3


async def test_a_wish_to_cancel_is_a_change_of_its_own_type() -> None:
    async with subscribed() as (amazon, queue):
        order = await amazon.sell((A, 1))
        await arrived(amazon, queue)
        await amazon.platform.request_cancellation(order.order_id)
        (wish,) = await arrived(amazon, queue)
        check_file("schemas/notifications/OrderChangeNotification.json", wish)
        told = wish["Payload"]["OrderChangeNotification"]
        assert told["OrderChangeType"] == "BuyerRequestedChange"
        assert told["Summary"]["OrderItems"][0]["IsBuyerRequestedCancel"] is True
        await amazon.platform.cancel(order.order_id)
        (gone,) = await arrived(amazon, queue)
        assert gone["Payload"]["OrderChangeNotification"]["Summary"]["OrderStatus"] == "Canceled"


async def test_filters_let_only_chosen_changes_and_marketplaces_through() -> None:
    chosen = {"eventFilterType": "ORDER_CHANGE", "orderChangeTypes": ["BuyerRequestedChange"], "marketplaceIds": [NL]}
    async with subscribed(directive={"eventFilter": chosen}) as (amazon, queue):
        for country in ("NL", "DE"):
            order = await amazon.sell((A, 1), country=country)
            await amazon.platform.request_cancellation(order.order_id)
        (told,) = await arrived(amazon, queue)
        assert told["Payload"]["OrderChangeNotification"]["Summary"]["MarketplaceId"] == NL != DE


async def test_the_same_notification_may_come_twice_late_or_never() -> None:
    async with subscribed() as (amazon, queue):
        faults = amazon.world.faults.forced
        faults.append(Forced(Fault.HOOK_DOUBLED, "amazon", "HOOK"))
        await amazon.sell((A, 1), paid=False)
        twice = await arrived(amazon, queue)
        assert len(twice) == 2
        assert len({each["NotificationMetadata"]["NotificationId"] for each in twice}) == 1
        faults.append(Forced(Fault.HOOK_LOST, "amazon", "HOOK"))
        await amazon.sell((A, 1), paid=False)
        assert await arrived(amazon, queue, 60) == []
        faults.append(Forced(Fault.HOOK_LATE, "amazon", "HOOK"))
        await amazon.sell((A, 1), paid=False)
        assert await arrived(amazon, queue) == []
        assert len(await arrived(amazon, queue, 20)) == 1


async def test_without_a_queue_policy_notifications_vanish_and_new_orders_may_be_silent() -> None:
    async with subscribed(queue_policy=False) as (amazon, queue):
        await amazon.sell((A, 1), paid=False)
        assert await arrived(amazon, queue) == []
    async with subscribed(silent_orders=1.0) as (amazon, queue):
        order = await amazon.sell((A, 1), paid=False)
        assert await arrived(amazon, queue) == []
        await amazon.platform.pay(order.order_id)
        assert len(await arrived(amazon, queue)) == 1


async def test_destinations_need_the_applications_token_and_subscriptions_the_sellers() -> None:
    async with amazon_bench() as amazon:
        where = await destination(amazon)
        await amazon.refused("GET", f"{NOTICES}/destinations", status=403)
        body = {"payloadVersion": "1.0", "destinationId": where}
        await amazon.refused("POST", f"{NOTICES}/subscriptions/ORDER_CHANGE", body, 403, who="app")


async def test_what_exists_is_a_conflict_and_can_be_read_instead() -> None:
    async with amazon_bench() as amazon:
        where = await destination(amazon)
        again = {"name": "hub", "resourceSpecification": {"sqs": {"arn": ARN}}}
        await amazon.refused("POST", f"{NOTICES}/destinations", again, 409, who="app")
        listed = (await amazon.send("GET", f"{NOTICES}/destinations", who="app"))["payload"]
        assert [each["destinationId"] for each in listed] == [where]
        path = f"{NOTICES}/subscriptions/ORDER_CHANGE"
        await amazon.refused("GET", path, status=404)
        made = await subscribe(amazon, "ORDER_CHANGE", where, "1.0")
        body = {"payloadVersion": "1.0", "destinationId": where}
        await amazon.refused("POST", path, body, 409)
        assert (await amazon.get(path))["payload"] == made
        found = await amazon.get(f"{NOTICES}/subscriptions", notificationTypes="ORDER_CHANGE")
        assert found["payload"]["subscriptions"] == [made]


async def test_a_subscription_ends_and_its_destination_after_it() -> None:
    async with subscribed() as (amazon, queue):
        found = await amazon.get(f"{NOTICES}/subscriptions/ORDER_CHANGE")
        where = f"{NOTICES}/destinations/{found['payload']['destinationId']}"
        await amazon.refused("DELETE", where, who="app")
        for kind in ("ORDER_CHANGE", "FEED_PROCESSING_FINISHED"):
            one = (await amazon.get(f"{NOTICES}/subscriptions/{kind}"))["payload"]["subscriptionId"]
            path = f"{NOTICES}/subscriptions/{kind}/{one}"
            await amazon.send("GET", path, who="app")
            await amazon.send("DELETE", path, who="app")
        await amazon.sell((A, 1))
        assert await arrived(amazon, queue) == []
        await amazon.send("DELETE", where, who="app")
        await amazon.refused("GET", where, status=404, who="app")


BUS = {"eventBridge": {"accountId": "123456789012", "region": "eu-west-1"}}


@pytest.mark.parametrize(
    ("resource", "kind", "version"),
    [
        (BUS, "ORDER_CHANGE", "1.0"),
        (None, "LISTINGS_ITEM_MFN_QUANTITY_CHANGE", "1.0"),
        (None, "ORDER_CHANGE", "2020-09-04"),
        (None, "FEED_PROCESSING_FINISHED", "1.0"),
        (None, "MFN_ORDER_STATUS_CHANGE", "1.0"),
    ],
)
async def test_each_type_has_its_kind_of_destination_and_its_version(resource: Any, kind: str, version: str) -> None:
    async with amazon_bench() as amazon:
        where = await destination(amazon, resource)
        body = {"payloadVersion": version, "destinationId": where}
        assert (await amazon.refused("POST", f"{NOTICES}/subscriptions/{kind}", body)).startswith("InvalidInput")


@pytest.mark.parametrize(
    "resource", [{}, {"sqs": {"arn": "orders"}}, {"sqs": {"arn": ARN + ".fifo"}}, {"eventBridge": {"region": "x"}}]
)
async def test_a_destination_must_lead_somewhere(resource: Any) -> None:
    async with amazon_bench() as amazon:
        await amazon.renew("app", **GRANTLESS)
        body = {"name": "hub", "resourceSpecification": resource}
        await amazon.refused("POST", f"{NOTICES}/destinations", body, who="app")


@pytest.mark.parametrize(
    "directive",
    [
        {"filterExpression": "x"},
        {"eventFilter": {"eventFilterType": "ANY_OFFER_CHANGED"}},
        {"eventFilter": {"eventFilterType": "ORDER_CHANGE", "orderChangeTypes": ["Other"]}},
    ],
)
async def test_filters_that_make_no_sense_here_are_refused(directive: Any) -> None:
    async with amazon_bench() as amazon:
        body = {"payloadVersion": "1.0", "destinationId": await destination(amazon), "processingDirective": directive}
        await amazon.refused("POST", f"{NOTICES}/subscriptions/ORDER_CHANGE", body)
