"""The hub's subscriptions in a shop: one per topic, whose name is its identity."""

from __future__ import annotations

from hub.adapters.fields import Fields
from hub.adapters.generic.calls import ShopCalls, code_of, content
from hub.adapters.generic.webhooks import TOPICS
from hub.adapters.port import HookSubscription
from hub.outcome import Rejected

_MISSING = ("no_subscription", "unknown_topic")


class Subscriptions:
    """Webhooks of one shop."""

    def __init__(self, calls: ShopCalls) -> None:
        self._calls = calls

    async def list(self) -> tuple[HookSubscription, ...]:
        """Return what the shop has of the topics that the hub reads."""
        found: list[HookSubscription] = []
        for topic in TOPICS:
            response = await self._calls.send("webhooks.get", "GET", f"webhooks/{topic}", expect=_MISSING)
            if not code_of(response):
                found.append(_subscription(content(response, "webhook"), topic))
        return tuple(found)

    async def subscribe(self, topic: str, callback: str) -> HookSubscription:
        """Subscribe; repeatable, as the callback replaces an earlier one."""
        if topic not in TOPICS:
            raise Rejected(f"the contract has no topic {topic}", code="unknown_topic")
        response = await self._calls.send("webhooks.put", "PUT", f"webhooks/{topic}", body={"callback": callback})
        return _subscription(content(response, "webhook"), topic)

    async def unsubscribe(self, external_id: str) -> None:
        """End a subscription; repeatable."""
        await self._calls.send("webhooks.delete", "DELETE", f"webhooks/{external_id}", expect=_MISSING)


def _subscription(webhook: Fields, topic: str) -> HookSubscription:
    return HookSubscription(topic, topic, webhook.text("callback"), webhook.flag("active"))
