"""Subscriptions to notifications: a destination for the queue, made in the application's name, then one per topic."""

from __future__ import annotations

from hub.adapters.amazon.calls import AmazonCalls, answered, payload
from hub.adapters.amazon.notifications import TOPICS
from hub.adapters.amazon.queue import QueueAddress
from hub.adapters.amazon.usage_plans import (
    CREATE_DESTINATION,
    CREATE_SUBSCRIPTION,
    DELETE_SUBSCRIPTION,
    GET_DESTINATIONS,
    GET_SUBSCRIPTION,
)
from hub.adapters.fields import Fields
from hub.adapters.port import HookSubscription
from hub.outcome import Rejected

CONFLICT = 409
_SEPARATOR = "/"


class Subscriptions:
    """The seller's subscriptions of this application. One topic goes to one queue at a time."""

    def __init__(self, calls: AmazonCalls, queue: str | None) -> None:
        self._calls = calls
        self._queue = queue

    async def list(self) -> tuple[HookSubscription, ...]:
        """Return one entry per topic that is subscribed to; its callback is the queue's URL, if it is ours."""
        if self._queue is None:
            return ()
        found = [(topic, subscription) for topic in TOPICS if (subscription := await self._of(topic))]
        places = await self._destinations() if found else {}
        return tuple(self._listed(topic, subscription, places) for topic, subscription in found)

    async def subscribe(self, topic: str, callback: str) -> HookSubscription:
        """Let a topic go to the queue at ``callback``; one that does already counts as success.

        Raises Rejected where the topic goes to another queue, which somebody else may be reading.
        """
        if topic not in TOPICS:
            raise Rejected(f"Amazon has no notifications named {topic} for a queue", code="unknown_topic")
        destination = await self._destination(QueueAddress(callback).arn)
        body = {"payloadVersion": TOPICS[topic], "destinationId": destination}
        response = await self._calls.send(CREATE_SUBSCRIPTION.at(topic=topic), body=body, expect=(CONFLICT,))
        if response.status_code != CONFLICT:
            made = payload(answered(response, CREATE_SUBSCRIPTION))
            return HookSubscription(topic, _external_id(topic, made), callback)
        found = await self._of(topic)
        if found is None or found.maybe_text("destinationId") != destination:
            raise Rejected(f"{topic} goes to another queue already; remove that subscription", code="other_queue")
        return HookSubscription(topic, _external_id(topic, found), callback)

    async def unsubscribe(self, external_id: str) -> None:
        """Remove a subscription; one that is gone counts as success."""
        topic, _, subscription_id = external_id.partition(_SEPARATOR)
        await self._calls.send(DELETE_SUBSCRIPTION.at(topic=topic, id=subscription_id), expect=(404,))

    async def _of(self, topic: str) -> Fields | None:
        asked = {"payloadVersion": TOPICS[topic]}
        response = await self._calls.send(GET_SUBSCRIPTION.at(topic=topic), params=asked, expect=(404,))
        found = None if response.status_code == 404 else payload(answered(response, GET_SUBSCRIPTION))
        return found if found and found.maybe_text("subscriptionId") else None

    async def _destination(self, arn: str) -> str:
        """Return the id of the queue's destination, made where there is none yet."""
        known = await self._destinations()
        if arn not in known.values():
            body = {"name": arn.rpartition(":")[2], "resourceSpecification": {"sqs": {"arn": arn}}}
            response = await self._calls.send(CREATE_DESTINATION, body=body, expect=(CONFLICT,))
            if response.status_code != CONFLICT:
                return payload(answered(response, CREATE_DESTINATION)).text("destinationId")
            known = await self._destinations()
        for destination_id, place in known.items():
            if place == arn:
                return destination_id
        raise Rejected("Amazon knows another destination of this name; remove it", code="destination_taken")

    async def _destinations(self) -> dict[str, str]:
        """Return the queues' names by destination id."""
        answer = await self._calls.read(GET_DESTINATIONS)
        return {each.text("destinationId"): arn for each in answer.children("payload") if (arn := _arn(each))}

    def _listed(self, topic: str, subscription: Fields, places: dict[str, str]) -> HookSubscription:
        assert self._queue is not None
        place = places.get(subscription.text("destinationId"), "")
        callback = self._queue if place == QueueAddress(self._queue).arn else place
        return HookSubscription(topic, _external_id(topic, subscription), callback)


def _arn(destination: Fields) -> str | None:
    resource = destination.maybe_child("resource")
    queue = resource.maybe_child("sqs") if resource else None
    return queue.maybe_text("arn") if queue else None


def _external_id(topic: str, subscription: Fields) -> str:
    return f"{topic}{_SEPARATOR}{subscription.text('subscriptionId')}"
