"""Event subscriptions of v10: asynchronous writes, one subscription per resource, and bol.com's public keys."""

from __future__ import annotations

import json
from collections.abc import Mapping

import anyio

from hub.adapters.bol.calls import BolCalls, answered
from hub.adapters.bol.endpoints import (
    RESUBSCRIBE,
    SIGNATURE_KEYS,
    STATUS,
    SUBSCRIBE,
    SUBSCRIPTIONS,
    UNSUBSCRIBE,
    Endpoint,
)
from hub.adapters.bol.webhooks import TOPICS
from hub.adapters.fields import Fields
from hub.adapters.port import HookSubscription
from hub.outcome import Rejected, Throttled

LOOKS = (0.2, 0.5, 1.0, 1.5, 2.0, 3.0)
"""Seconds between looks at a process; bol.com is normally done within a few."""
COME_BACK = 30.0


class Subscriptions:
    """The account's webhook subscriptions; those to queues are left alone."""

    def __init__(self, calls: BolCalls) -> None:
        self._calls = calls

    async def secret(self) -> str:
        """Return the public keys by id, as JSON; bol.com allows ten readings an hour."""
        answer = await self._calls.read(SIGNATURE_KEYS)
        return json.dumps({key.text("id"): key.text("publicKey") for key in answer.children("signatureKeys")})

    async def list(self) -> tuple[HookSubscription, ...]:
        """Return one entry per resource of every webhook subscription."""
        answer = await self._calls.read(SUBSCRIPTIONS)
        listed = [each for each in answer.children("subscriptions") if each.maybe_text("subscriptionType") == "WEBHOOK"]
        return tuple(
            HookSubscription(str(topic), each.text("id"), each.text("url"), each.values.get("enabled") is not False)
            for each in listed
            for topic in each.values.get("resources") or ()
        )

    async def subscribe(self, topic: str, callback: str) -> HookSubscription:
        """Subscribe, or switch on what was switched off; one that exists counts as success.

        Raises ``Throttled`` while bol.com has not finished: the next attempt finds the subscription.
        """
        if topic not in TOPICS:
            raise Rejected(f"bol.com has no notifications named {topic}", code="unknown_topic")
        known = [each for each in await self.list() if (each.topic, each.callback) == (topic, callback)]
        running = next((each for each in known if each.active), None)
        if running is not None:
            return running
        body = {"resources": [topic], "subscriptionType": "WEBHOOK", "url": callback, "enabled": True}
        if known:
            await self._command(RESUBSCRIBE, body, entity=known[0].external_id)
            return HookSubscription(topic, known[0].external_id, callback)
        return HookSubscription(topic, await self._command(SUBSCRIBE, body), callback)

    async def unsubscribe(self, external_id: str) -> None:
        """Remove a subscription; one that is gone counts as success."""
        await self._calls.send(UNSUBSCRIBE, expect=(404,), entity=external_id)

    async def _command(self, endpoint: Endpoint, body: Mapping[str, object], entity: str = "") -> str:
        """Send a command and return the id of what it made or changed once it has succeeded."""
        status = answered(await self._calls.send(endpoint, entity=entity, body=body), endpoint)
        process = status.text("processStatusId")
        for pause in LOOKS:
            match status.text("status"):
                case "SUCCESS":
                    return status.text("entityId")
                case "FAILURE":
                    raise Rejected(_reason(status), code="subscription_refused")
            await anyio.sleep(pause)
            status = await self._calls.read(STATUS, entity=process)
        raise Throttled(COME_BACK, "bol.com is still working on the subscription")


def _reason(status: Fields) -> str:
    return status.maybe_text("errorMessage") or "bol.com refused the subscription"
