"""Webhooks as WooCommerce keeps and delivers them: pinged, merged, never repeated, switched off for good."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from hub.sandbox.hooks import Hook, HookOutcome, HookSender, Patience
from hub.sandbox.woocommerce.answers import php_json
from hub.sandbox.woocommerce.orders import Json
from hub.sandbox.woocommerce.switches import Switches
from hub.sandbox.woocommerce.wire import both, links
from hub.sandbox.world import World

LAST_FAILURE = 7
"""The failure in a row that switches a webhook off."""
USER_AGENT = "WooCommerce/10.0.2 Hookshot (WordPress/6.8.8)"
RESOURCES = ("order", "product", "customer", "coupon")
EVENTS = ("created", "updated", "deleted", "restored")
STATUSES = ("active", "paused", "disabled")


def accepted(status: int) -> bool:
    """Say whether a delivery counts as success: 2xx, and two redirects that are not followed."""
    return 200 <= status < 300 or status in (301, 302)


def is_topic(topic: object) -> bool:
    """Say whether the shop knows a topic."""
    resource, _, event = str(topic).partition(".")
    if resource == "action":
        return event.startswith(("woocommerce_", "wc_"))
    return resource in RESOURCES and event in EVENTS


@dataclass(slots=True)
class Webhook:
    """One subscription. ``failures`` counts in a row, and changing the status does not reset it."""

    webhook_id: int
    name: str
    topic: str
    url: str
    secret: str
    created_at: datetime
    status: str = "active"
    modified_at: datetime | None = None
    failures: int = 0
    pinged: bool = False

    def shown(self, root: str) -> Json:
        resource, _, event = self.topic.partition(".")
        return {
            "id": self.webhook_id,
            "name": self.name,
            "status": self.status,
            "topic": self.topic,
            "resource": resource,
            "event": event,
            "hooks": [event if resource == "action" else f"woocommerce_{event}_{resource}"],
            "delivery_url": self.url,
            **both("date_created", self.created_at),
            **both("date_modified", self.modified_at),
            "_links": links(root, f"wc/v3/webhooks/{self.webhook_id}"),
        }

    def signature(self, body: bytes) -> str:
        return base64.b64encode(hmac.digest(self.secret.encode(), body, hashlib.sha256)).decode()


@dataclass
class Webhooks:
    """All webhooks of the shop, and the jobs that wait for the action scheduler."""

    world: World
    switches: Switches
    by_id: dict[int, Webhook] = field(default_factory=dict)
    _waiting: set[tuple[int, str]] = field(default_factory=set)
    _numbers: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self._sender = HookSender(self.world, "woocommerce", Patience(accepted=accepted), self._learn)

    async def create(self, name: str | None, topic: str, url: str, secret: str | None, status: str) -> Webhook:
        """Make a webhook and ping it; a ping that fails does not undo it."""
        now = self.world.clock.now()
        name = name or f"Webhook created on {now:%b %d, %Y @ %I:%M %p}"
        hook = Webhook(next(self._numbers), name, topic, url, secret or secrets.token_urlsafe(37), now, status)
        self.by_id[hook.webhook_id] = hook
        if status == "active":
            await self.ping(hook)
        return hook

    async def ping(self, hook: Webhook) -> None:
        """Send the unsigned form that announces a webhook; only 200 makes the shop stop doing so."""
        headers = {"User-Agent": USER_AGENT, "Content-Type": "application/x-www-form-urlencoded"}
        status = await self._sender.post(hook.url, f"webhook_id={hook.webhook_id}".encode(), headers)
        hook.pinged = status == 200

    def tell(self, topic: str, resource_id: int, body: Callable[[], Json]) -> None:
        """Put a delivery on the list of the action scheduler; equal ones that still wait are merged."""
        for hook in self.by_id.values():
            job = (hook.webhook_id, f"{topic}/{resource_id}")
            if hook.topic != topic or hook.status != "active" or job in self._waiting:
                continue
            if self.world.task_group is not None:
                self._waiting.add(job)
                self.world.task_group.start_soon(self._deliver, hook, job, body)

    async def _deliver(self, hook: Webhook, job: tuple[int, str], body: Callable[[], Json]) -> None:
        """Send the object as it is by now, not as it was when the job was made."""
        await self.world.clock.sleep(self.switches.hook_delay)
        self._waiting.discard(job)
        if hook.status == "active":
            raw = php_json(body())
            await self._sender.deliver(Hook(hook.topic, hook.url, raw, self._headers(hook, raw), str(hook.webhook_id)))

    def _headers(self, hook: Webhook, raw: bytes) -> dict[str, str]:
        resource, _, event = hook.topic.partition(".")
        second = int(self.world.clock.epoch())
        delivery = hashlib.md5(f"{hook.webhook_id}{second}".encode(), usedforsecurity=False).hexdigest()
        return {
            "User-Agent": USER_AGENT,
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self.world.base_url}/woocommerce/",
            "X-WC-Webhook-Topic": hook.topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": hook.signature(raw),
            "X-WC-Webhook-ID": str(hook.webhook_id),
            "X-WC-Webhook-Delivery-ID": delivery,
        }

    def _learn(self, sent: Hook, outcome: HookOutcome) -> None:
        hook = self.by_id.get(int(sent.tag))
        if hook is None:
            return
        if outcome is HookOutcome.DELIVERED:
            hook.failures = 0
            return
        hook.failures += 1
        if hook.failures >= LAST_FAILURE:
            hook.status = "disabled"
        if not hook.pinged and self.world.task_group is not None:
            self.world.task_group.start_soon(self.ping, hook)
