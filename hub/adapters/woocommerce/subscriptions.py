"""The shop's webhooks: made with a secret of ours, replaced where the shop switched them off."""

from __future__ import annotations

from hub.adapters.fields import Fields
from hub.adapters.port import HookSubscription
from hub.adapters.woocommerce.calls import API, WooCalls, content, rows
from hub.adapters.woocommerce.webhooks import TOPICS
from hub.outcome import Rejected

PATH = f"{API}/webhooks"
PAGE = 100


class Subscriptions:
    """Webhooks of one shop."""

    def __init__(self, calls: WooCalls) -> None:
        self._calls = calls

    async def list(self) -> tuple[HookSubscription, ...]:
        """List all webhooks; one that is paused or disabled (seven failures in a row) is not active."""
        found: list[HookSubscription] = []
        for page in range(1, 100):
            asked = {"per_page": str(PAGE), "page": str(page), "_fields": "id,topic,delivery_url,status"}
            listed = rows(await self._calls.read("webhooks.list", PATH, asked), "webhooks")
            found += [_subscription(each) for each in listed]
            if len(listed) < PAGE:
                break
        return tuple(found)

    async def subscribe(self, topic: str, callback: str, secret: str) -> HookSubscription:
        """Make a webhook that signs with ``secret``; one that exists gets the secret, one switched off is replaced.

        Switching it on again would not do: the shop keeps counting, and disables it at the next failure.
        """
        if topic not in TOPICS:
            raise Rejected(f"the hub does not read webhooks named {topic}", code="unknown_topic")
        body = {"secret": secret, "status": "active"}
        known = [each for each in await self.list() if (each.topic, each.callback) == (topic, callback)]
        for each in known:
            if each.active:
                response = await self._calls.send("webhooks.update", "PUT", f"{PATH}/{each.external_id}", body=body)
                return _subscription(Fields.of(content(response), "webhook"))
        for each in known:
            await self.unsubscribe(each.external_id)
        body |= {"name": f"Handelhub {topic}", "topic": topic, "delivery_url": callback}
        response = await self._calls.send("webhooks.create", "POST", PATH, body=body, repeatable=False)
        return _subscription(Fields.of(content(response), "webhook"))

    async def unsubscribe(self, external_id: str) -> None:
        """Remove a webhook for good; one that is gone counts as success."""
        path = f"{PATH}/{external_id}"
        await self._calls.send("webhooks.delete", "DELETE", path, params={"force": "true"}, expect=(404,))


def _subscription(webhook: Fields) -> HookSubscription:
    return HookSubscription(
        topic=webhook.text("topic"),
        external_id=webhook.text("id"),
        callback=webhook.text("delivery_url"),
        active=webhook.maybe_text("status") == "active",
    )
