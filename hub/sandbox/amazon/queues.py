"""Standard SQS queues: at least once, in no order, invisible while somebody works on a message.

Seconds that the owner of a queue names (visibility, waiting) are real ones: they are his, not Amazon's to compress.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio

from hub.sandbox.amazon.switches import Switches
from hub.sandbox.clock import Clock

REGION = "eu-west-1"
VISIBILITY = 30.0
LOOK_AGAIN = 0.25
"""Real seconds after which somebody who waits looks again, as messages reappear without a sound."""


@dataclass(slots=True)
class Message:
    """One message; ``visible_at`` in epoch seconds, ``handle`` changes with every delivery."""

    message_id: str
    body: str
    sent_at: float
    visible_at: float
    handle: str = ""
    deliveries: int = 0
    first_at: float = 0.0

    @property
    def digest(self) -> str:
        return digest(self.body)


@dataclass
class Queue:
    """One queue with its messages."""

    account: str
    name: str
    clock: Clock
    chance: random.Random
    switches: Switches
    messages: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._arrival = anyio.Event()

    @property
    def arn(self) -> str:
        return f"arn:aws:sqs:{REGION}:{self.account}:{self.name}"

    def put(self, body: str, delay: float = 0.0) -> Message:
        """Add a message and wake whoever waits for one."""
        now = self.clock.epoch()
        message = Message(str(uuid.uuid4()), body, now, now + delay)
        self.messages.append(message)
        self._arrival.set()
        self._arrival = anyio.Event()
        return message

    async def receive(
        self, most: int, visibility: float, wait: float, gone: Callable[[], Awaitable[bool]]
    ) -> list[Message]:
        """Take up to ``most`` messages, waiting up to ``wait`` seconds for the first or until the consumer is gone."""
        deadline = anyio.current_time() + wait
        while not (taken := self._take(most, visibility)) and (left := deadline - anyio.current_time()) > 0:
            with anyio.move_on_after(min(left, LOOK_AGAIN)):
                await self._arrival.wait()
            if await gone():
                return []
        return taken

    def _take(self, most: int, visibility: float) -> list[Message]:
        now = self.clock.epoch()
        visible = [each for each in self.messages if each.visible_at <= now]
        taken = self.chance.sample(visible, min(most, len(visible)))
        for message in taken:
            message.visible_at, message.handle = now + visibility, str(uuid.uuid4())
            message.deliveries += 1
            message.first_at = message.first_at or now
        return taken

    def delete(self, handle: str) -> None:
        """Forget a message; a handle that is no longer its newest one changes nothing.

        Now and then a copy survives and is delivered again, as at-least-once queues do.
        """
        for message in self.messages:
            if message.handle == handle and self.chance.random() >= self.switches.redelivered:
                self.messages.remove(message)
                return

    def hide(self, handle: str, seconds: float) -> bool:
        """Set for how long a received message stays invisible from now on; False for an unknown handle."""
        found = next((each for each in self.messages if each.handle == handle), None)
        if found is not None:
            found.visible_at = self.clock.epoch() + seconds
        return found is not None


@dataclass
class Queues:
    """Every queue that somebody named; there is no need to create one first."""

    clock: Clock
    chance: random.Random
    switches: Switches
    _known: dict[tuple[str, str], Queue] = field(default_factory=dict)

    def of(self, account: str, name: str) -> Queue:
        """Return a queue, made when it is first named."""
        key = (account, name)
        if key not in self._known:
            self._known[key] = Queue(account, name, self.clock, self.chance, self.switches)
        return self._known[key]

    def of_arn(self, arn: str) -> Queue:
        """Return the queue of ``arn:aws:sqs:region:account:name``."""
        return self.of(*arn.split(":")[-2:])


def digest(text: str) -> str:
    """Return the MD5 of a message's text, which the protocol uses against damage on the way."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
