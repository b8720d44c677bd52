"""Webhook subscriptions in Exact: one per topic, division and app."""

from __future__ import annotations

from hub.adapters.exact.client import ExactClient
from hub.adapters.exact.odata import Row, need_guid, read_text
from hub.adapters.limits import Lane
from hub.adapters.port import HookSubscription
from hub.outcome import Rejected

SUBSCRIPTIONS = "webhooks/WebhookSubscriptions"
TOPICS = ("StockPositions", "GoodsDeliveries", "SalesOrders", "Items")
"""The topics that the hub lives by."""
_EXISTS_ALREADY = ("bestaat reeds", "already exists")


class Subscriptions:
    """The subscriptions of this app in one division; the port's docstrings apply."""

    def __init__(self, client: ExactClient) -> None:
        self._client = client

    async def all(self) -> tuple[HookSubscription, ...]:
        rows = await self._client.rows(Lane.CATALOGUE, SUBSCRIPTIONS, {"$select": "ID,Topic,CallbackURL"})
        return tuple(_subscription(row) for row in rows)

    async def add(self, topic: str, callback: str) -> HookSubscription:
        """Subscribe; the same callback is kept, another one of ours replaced, since Exact refuses updates.

        Looking first spares a refusal, which would count against the endpoint. A subscription that another user
        of the same company made is not listed; it counts as success and has an empty id.
        """
        for known in await self.all():
            if known.topic == topic and known.callback == callback:
                return known
            if known.topic == topic:
                await self.remove(known.external_id)
        payload = {"Topic": topic, "CallbackURL": callback}
        try:
            return _subscription(await self._client.create(Lane.CATALOGUE, SUBSCRIPTIONS, payload))
        except Rejected as rejected:
            if any(words in rejected.reason.lower() for words in _EXISTS_ALREADY):
                return HookSubscription(topic, "", callback)
            raise

    async def remove(self, external_id: str) -> None:
        await self._client.delete(Lane.CATALOGUE, SUBSCRIPTIONS, external_id)


def _subscription(row: Row) -> HookSubscription:
    return HookSubscription(read_text(row, "Topic"), need_guid(row, "ID"), read_text(row, "CallbackURL"))
