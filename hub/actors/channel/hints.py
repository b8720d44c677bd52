"""The hints lane of a channel: events out of a queue, where the platform has one instead of webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hub.actors.channel.scene import Scene
from hub.actors.messages import FetchOrder, FollowParcels, FollowStock, PullHints
from hub.actors.runtime.message import Message
from hub.actors.runtime.turn import Turn
from hub.adapters.port import Hint

RECEIPTS = "receipts"
LONGEST_KEY = 128


class OddKey(Exception):
    """A hint's key is not one that any platform gives."""


class HintLane:
    """Takes hints out of the queue for good only when their mail is durable."""

    batch = 1

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Pull once; receipts of the pull before are handed back, as its mail was committed with them."""
        if self.scene.channel.queue is None:
            return
        pulled = await self.scene.channel.pull_hints(turn.state.get(RECEIPTS, []))
        for hint in pulled.hints:
            for message in _readable(hint):
                turn.post(turn.address, message)
        turn.state[RECEIPTS] = list(pulled.receipts)
        pause = 0.0 if pulled.more or pulled.receipts else self.scene.desk.pace.queue
        turn.post(turn.address, PullHints(), due_at=self.scene.desk.clock.now() + timedelta(seconds=pause))


def _readable(hint: Hint) -> list[Message]:
    """Return the mail of a hint; one with a key that cannot be stored is taken and dropped, or it came for ever."""
    try:
        return list(mail_of(hint))
    except OddKey:
        return []


def mail_of(hint: Hint) -> Iterator[Message]:
    """Yield what a hint becomes: an order to fetch, or asynchronous writes to ask about. Raises ``OddKey``."""
    topic = hint.topic.lower()
    if topic.startswith("order"):
        yield FetchOrder(usable(hint.key))
    elif topic in ("process_status", "feed_processing_finished"):
        yield FollowParcels()
        yield FollowStock()
    elif topic == "shipment":
        yield FollowParcels()


def usable(key: str) -> str:
    """Return the key itself; raises ``OddKey`` for one that cannot be stored, sent or shown."""
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise OddKey
    return key
