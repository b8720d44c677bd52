"""Notifications: who subscribed to what, and the messages that go into their queues."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hub.sandbox.agenda import Agenda
from hub.sandbox.amazon import notice_wire
from hub.sandbox.amazon.orders import Order
from hub.sandbox.amazon.queues import Queues
from hub.sandbox.amazon.switches import Switches
from hub.sandbox.faults import Fault
from hub.sandbox.world import World

Json = dict[str, Any]
LATE, REORDERED = 20.0, 3.0
"""Nominal seconds that a fault adds on the way."""
ORDERS, FEEDS, REPORTS = "ORDER_CHANGE", "FEED_PROCESSING_FINISHED", "REPORT_PROCESSING_FINISHED"
VERSIONS = {ORDERS: "1.0", FEEDS: "2020-09-04", REPORTS: "2020-09-04"}
"""What is announced here, with its payload version; all of it goes to SQS."""
EVENT_BRIDGE_ONLY = (
    "LISTINGS_ITEM_MFN_QUANTITY_CHANGE",
    "LISTINGS_ITEM_STATUS_CHANGE",
    "LISTINGS_ITEM_ISSUES_CHANGE",
    "PRODUCT_TYPE_DEFINITIONS_CHANGE",
)


@dataclass(frozen=True, slots=True)
class Destination:
    """A queue of the application's owner, or an event bus that leads nowhere here."""

    destination_id: str
    name: str
    resource: Json

    def shown(self) -> Json:
        return {"destinationId": self.destination_id, "name": self.name, "resource": self.resource}


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the seller's notifications of one type go to."""

    subscription_id: str
    kind: str
    version: str
    destination_id: str
    directive: Json | None = None

    def shown(self) -> Json:
        told: Json = {"subscriptionId": self.subscription_id, "payloadVersion": self.version}
        told |= {"destinationId": self.destination_id}
        return told | ({"processingDirective": self.directive} if self.directive else {})

    def wants(self, order: Order, change: str) -> bool:
        """Say whether the event filter lets a change of an order through."""
        chosen: Json = (self.directive or {}).get("eventFilter") or {}
        markets, changes = chosen.get("marketplaceIds"), chosen.get("orderChangeTypes")
        return (not markets or order.marketplace.marketplace_id in markets) and (not changes or change in changes)


@dataclass
class Notices:
    """Sends at least once and in no order; what has no queue to go to is lost without a word."""

    world: World
    switches: Switches
    agenda: Agenda
    queues: Queues = field(init=False)
    destinations: dict[str, Destination] = field(default_factory=dict)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.queues = Queues(self.world.clock, self.world.chance("amazon/queues"), self.switches)
        self._chance = self.world.chance("amazon/notices")

    def tell_order(self, order: Order, change: str, reason: str) -> None:
        """Announce a change of an order, as it is at this moment."""
        subscription = self.subscriptions.get(ORDERS)
        if subscription is not None and subscription.wants(order, change):
            at = self.world.clock.now()
            payload = notice_wire.order_change(order, change, reason, at)
            self._send(subscription, lambda ids: notice_wire.pascal_envelope(ORDERS, payload, at, ids))

    def tell_finished(self, kind: str, payload: Json) -> None:
        """Announce the end of a feed or a report."""
        if (subscription := self.subscriptions.get(kind)) is not None:
            at = self.world.clock.now()
            self._send(subscription, lambda ids: notice_wire.camel_envelope(kind, payload, at, ids))

    def _send(self, subscription: Subscription, build: Callable[[notice_wire.Ids], Json]) -> None:
        notification_id = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        wait = self.switches.notice_seconds * self._chance.uniform(0.5, 1.5)
        fault = self.world.faults.hook("amazon", subscription.kind)
        if fault is Fault.HOOK_LOST:
            return

        def deliver() -> None:
            ids = notice_wire.Ids(subscription.subscription_id, notification_id, self.world.clock.now())
            self._deliver(subscription, json.dumps(build(ids)))

        waits = [wait] * (2 if fault is Fault.HOOK_DOUBLED else 1)
        extra = {Fault.HOOK_LATE: LATE, Fault.HOOK_REORDERED: REORDERED}.get(fault, 0.0) if fault else 0.0
        for each in waits:
            due = self.world.clock.now() + timedelta(seconds=self.world.clock.seconds(each + extra))
            self.agenda.add(due, deliver)

    def _deliver(self, subscription: Subscription, body: str) -> None:
        destination = self.destinations.get(subscription.destination_id)
        arn = ((destination.resource if destination else {}).get("sqs") or {}).get("arn")
        if arn and self.switches.queue_policy:
            self.queues.of_arn(arn).put(body)
