"""Webhook subscriptions: made through the API, and deleted by Shopify after eight failures in a row."""

from __future__ import annotations

from hub.adapters.fields import Fields
from hub.adapters.limits import Lane
from hub.adapters.port import HookSubscription
from hub.adapters.shopify.calls import ShopCalls, user_errors
from hub.adapters.shopify.documents.subscriptions import SUBSCRIBE, SUBSCRIPTIONS, UNSUBSCRIBE
from hub.adapters.shopify.gids import gid, number_of
from hub.adapters.shopify.reading import next_page, required
from hub.adapters.shopify.webhooks import INCLUDED
from hub.outcome import Rejected


class Subscriptions:
    """Subscriptions of the app in one shop; those of other apps are not shown."""

    def __init__(self, calls: ShopCalls) -> None:
        self._calls = calls

    async def list(self) -> tuple[HookSubscription, ...]:
        """List all subscriptions; one that Shopify gave up on is not there any more."""
        found: list[HookSubscription] = []
        after: str | None = None
        while True:
            data = await self._calls.ask(SUBSCRIPTIONS, {"after": after}, lane=Lane.CATALOGUE)
            page = required(data, "webhookSubscriptions")
            found += [_subscription(each) for each in page.children("nodes")]
            after = next_page(page)
            if after is None:
                return tuple(found)

    async def subscribe(self, topic: str, callback: str) -> HookSubscription:
        """Make a subscription; one that exists already counts as success. Raises Rejected with Shopify's reason."""
        if topic not in INCLUDED:
            raise Rejected(f"the hub does not read webhooks named {topic}", code="unknown_topic")
        known = await self._known(topic, callback)
        if known is not None:
            return known
        subscription = {"uri": callback, "format": "JSON", "includeFields": list(INCLUDED[topic])}
        asked = {"topic": topic, "webhookSubscription": subscription}
        payload = required(await self._calls.ask(SUBSCRIBE, asked, lane=Lane.CATALOGUE), "webhookSubscriptionCreate")
        for error in user_errors(payload):
            raise Rejected(f"Shopify refuses the webhook {topic}: {error.message}", code="subscription_refused")
        return _subscription(required(payload, "webhookSubscription"))

    async def unsubscribe(self, external_id: str) -> None:
        """Remove a subscription; one that is gone counts as success."""
        asked = {"id": gid("WebhookSubscription", external_id)}
        payload = required(await self._calls.ask(UNSUBSCRIBE, asked, lane=Lane.CATALOGUE), "webhookSubscriptionDelete")
        errors = user_errors(payload)
        if errors and any(each.external_id == external_id for each in await self.list()):
            raise Rejected(f"Shopify keeps the webhook: {errors[0].message}", code="subscription_refused")

    async def _known(self, topic: str, callback: str) -> HookSubscription | None:
        return next((each for each in await self.list() if (each.topic, each.callback) == (topic, callback)), None)


def _subscription(node: Fields) -> HookSubscription:
    return HookSubscription(topic=node.text("topic"), external_id=number_of(node), callback=node.text("uri"))
