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


class Subscriptions:
    """The subscriptions of this app in one division; the port's docstrings apply."""

    def __init__(self, client: ExactClient) -> None:
        self._client = client

    async def all(self) -> tuple[HookSubscription, ...]:
        rows = await self._client.rows(Lane.CATALOGUE, SUBSCRIPTIONS, {"$select": "ID,Topic,CallbackURL"})
        return tuple(_subscription(row) for row in rows)

    async def add(self, topic: str, callback: str) -> HookSubscription:
        """Subscribe; where the topic is taken, keep the same callback and replace another one.

        Exact refuses updates, and its word for "exists already" is in the user's language, so it is looked up.
        """
        try:
            return await self._post(topic, callback)
        except Rejected as rejected:
            if rejected.code != "validation":
                raise
            taken = [known for known in await self.all() if known.topic == topic]
            if not taken:
                raise
        for known in taken:
            if known.callback == callback:
                return known
            await self.remove(known.external_id)
        return await self._post(topic, callback)

    async def remove(self, external_id: str) -> None:
        await self._client.delete(Lane.CATALOGUE, SUBSCRIPTIONS, external_id)

    async def _post(self, topic: str, callback: str) -> HookSubscription:
        payload = {"Topic": topic, "CallbackURL": callback}
        return _subscription(await self._client.create(Lane.CATALOGUE, SUBSCRIPTIONS, payload))


def _subscription(row: Row) -> HookSubscription:
    return HookSubscription(read_text(row, "Topic"), need_guid(row, "ID"), read_text(row, "CallbackURL"))
