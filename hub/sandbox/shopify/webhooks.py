"""Webhooks: subscriptions, the signed REST-shaped deliveries, and what happens when nobody listens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from hub.sandbox.hooks import Hook, HookOutcome, HookSender, Patience
from hub.sandbox.shopify import rest
from hub.sandbox.shopify.apps import CLIENT_SECRET
from hub.sandbox.shopify.goods import Level, Product, Variant
from hub.sandbox.shopify.orders import Fulfilment, FulfilmentOrder, Order, Refund
from hub.sandbox.shopify.problems import Json
from hub.sandbox.shopify.rest_order import order_body
from hub.sandbox.shopify.switches import Switches
from hub.sandbox.world import World

PAUSES = (10.0, 60.0, 180.0, 600.0, 1200.0, 2400.0, 3900.0, 6050.0)
"""Nominal seconds before each of the eight retries; four hours in all."""
ALLOWED_SECONDS = 5.0
LAST_FAILURE = 8
SHOP_DOMAIN = "sandbox.myshopify.com"


@dataclass(slots=True)
class Subscription:
    """One subscription. ``failures`` counts attempts in a row."""

    number: int
    topic: str
    uri: str
    created_at: datetime
    updated_at: datetime
    api_version: str
    format: str = "JSON"
    filter: str | None = None
    include_fields: list[str] = field(default_factory=list)
    namespaces: list[str] = field(default_factory=list)
    name: str | None = None
    failures: int = 0


class Webhooks:
    """Delivers at least once and in no order; a delivery carries the payload of its moment, retries too."""

    def __init__(self, world: World, switches: Switches) -> None:
        self._world, self._switches = world, switches
        self._chance = world.chance("shopify hooks")
        self._sender = HookSender(world, "shopify", Patience(PAUSES, timeout=ALLOWED_SECONDS), self._learn)
        self._numbers = count(1_929_113_141_001)
        self.subscriptions: dict[int, Subscription] = {}

    def next_number(self) -> int:
        return next(self._numbers)

    def tell_order(self, order: Order, *topics: str) -> None:
        """Tell of an order; deliveries caused by one action share their event id."""
        self._tell(dict.fromkeys(topics), lambda: order_body(order, protected=self._switches.protected_data))

    def tell_fulfilment(self, fulfilment: Fulfilment, topic: str) -> None:
        self._tell([topic], lambda: rest.fulfilment_body(fulfilment))

    def tell_fulfilment_order(self, fulfilment_order: FulfilmentOrder, topic: str) -> None:
        self._tell([topic], lambda: rest.fulfilment_order_body(fulfilment_order))

    def tell_refund(self, order: Order, refund: Refund) -> None:
        self._tell(["REFUNDS_CREATE"], lambda: rest.refund_body(order, refund))

    def tell_level(self, variant: Variant, level: Level) -> None:
        self._tell(["INVENTORY_LEVELS_UPDATE"], lambda: rest.level_body(variant, level))

    def tell_product(self, product: Product) -> None:
        self._tell(["PRODUCTS_UPDATE"], lambda: rest.product_body(product))

    def tell_bulk(self, body: Json) -> None:
        self._tell(["BULK_OPERATIONS_FINISH"], lambda: body)

    def _tell(self, topics: Iterable[str], make: Callable[[], Json]) -> None:
        told = set(topics)
        wanted = [each for each in self.subscriptions.values() if each.topic in told]
        if not wanted or self._world.task_group is None:
            return
        event, body = str(uuid.uuid4()), make()
        for subscription in wanted:
            self._world.task_group.start_soon(self._deliver, self._hook(subscription, body, event))

    async def _deliver(self, hook: Hook) -> None:
        """Deliver after a while that differs, so that deliveries overtake each other."""
        await self._world.clock.sleep(self._switches.hook_delay * self._chance.uniform(0.5, 1.5))
        if int(hook.tag) in self.subscriptions:
            await self._sender.deliver(hook)

    def _hook(self, subscription: Subscription, body: Json, event: str) -> Hook:
        kept = {key: value for key, value in body.items() if key in subscription.include_fields}
        raw = json.dumps(kept if subscription.include_fields else body, separators=(",", ":")).encode()
        topic = header_topic(subscription.topic)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": self._signature(raw),
            "X-Shopify-Shop-Domain": SHOP_DOMAIN,
            "X-Shopify-API-Version": subscription.api_version,
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-Event-Id": event,
            "X-Shopify-Triggered-At": self._world.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        }
        if subscription.name:
            headers["X-Shopify-Name"] = subscription.name
        return Hook(topic, subscription.uri, raw, headers, str(subscription.number))

    def _signature(self, raw: bytes) -> str:
        if self._switches.bad_signatures > 0:
            self._switches.bad_signatures -= 1
            raw = raw + b" "
        return base64.b64encode(hmac.digest(CLIENT_SECRET.encode(), raw, hashlib.sha256)).decode()

    def _learn(self, hook: Hook, outcome: HookOutcome) -> None:
        subscription = self.subscriptions.get(int(hook.tag))
        if subscription is None:
            return
        if outcome is HookOutcome.DELIVERED:
            subscription.failures = 0
            return
        subscription.failures += 1
        if outcome is HookOutcome.GIVEN_UP and subscription.failures >= LAST_FAILURE:
            del self.subscriptions[subscription.number]


def header_topic(topic: str) -> str:
    """Write a topic as the header has it: ORDERS_CREATE becomes orders/create."""
    resources = ("FULFILLMENT_ORDERS", "FULFILLMENTS", "INVENTORY_LEVELS", "INVENTORY_ITEMS", "BULK_OPERATIONS", "APP")
    first = next((each for each in resources if topic.startswith(f"{each}_")), topic.partition("_")[0])
    return f"{first}/{topic.removeprefix(first + '_')}".lower()
