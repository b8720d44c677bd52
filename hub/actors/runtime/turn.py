"""One turn of one lane: what an actor is given, and what it gathers to be committed together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

import orjson

from hub.actors.runtime.address import Address
from hub.actors.runtime.mailbox.letters import Fenced
from hub.actors.runtime.mailbox.posting import post
from hub.actors.runtime.message import Envelope, Message
from hub.outcome import Rejected, Throttled, Unavailable
from hub.store.engine import Flush, Work

__all__ = ["Actor", "Fenced", "Turn"]

T = TypeVar("T")
Step: TypeAlias = Callable[[Work], Awaitable[None] | None]
Result: TypeAlias = Rejected | Unavailable | Throttled | None
Commit: TypeAlias = Callable[[Callable[[Work], Awaitable[Any]]], Awaitable[Any]]


class Actor(Protocol):
    """What handles an actor's mail; lanes are handled at the same time, each one turn after another."""

    def batch(self, lane: str) -> int:
        """Return the most messages that one turn of this lane takes."""
        ...

    async def handle(self, turn: Turn) -> None:
        """Do what the turn's messages ask.

        Returning means that every message not settled otherwise is done. Raising a ``hub.outcome`` word settles
        the messages not yet settled, and drops what was gathered after the last one that was. Any other
        exception is a crash: nothing of the turn is kept.
        """
        ...


class Turn:
    """The messages of one lane, its state, and everything that will be committed with them or not at all.

    ``state`` belongs to this lane alone and is plain JSON data; keep it small. Nothing is written before the turn
    ends, except by ``checkpoint``. ``epoch`` grows with every new owner of the actor.
    """

    def __init__(
        self, address: Address, lane: str, messages: list[Envelope], *, state: bytes, epoch: int, commit: Commit
    ) -> None:
        self.address = address
        self.lane = lane
        self.messages = messages
        self.state: dict[str, Any] = orjson.loads(state)
        self.epoch = epoch
        self.settled: dict[int, Result] = {}
        self._steps: list[Step] = []
        self._commit = commit
        self._mark = (0, state)

    def post(self, address: Address, message: Message, *, due_at: datetime | None = None) -> None:
        """Send a message with this turn's commit; ``due_at`` (UTC) makes it wait until then."""
        self._steps.append(partial(post, address=address, message=message, due_at=due_at))

    def write(self, work: Callable[[Work], Awaitable[None]]) -> None:
        """Run statements in the turn's transaction; they may run again after a conflict."""
        self._steps.append(work)

    def defer(self, flush: Flush, row: Any) -> None:
        """Leave a row for the bulk write at the end of the turn's transaction."""
        self._steps.append(lambda work: work.defer(flush, row))

    def signal(self, topic: str, key: Hashable) -> None:
        """Tell a topic's listeners in this process of a key once the turn is durable."""
        self._steps.append(lambda work: work.signal(topic, key))

    def done(self, envelope: Envelope) -> None:
        """Settle a message as done, with all that was gathered so far, whatever happens to the rest."""
        self._settle(envelope, None)

    def reject(self, envelope: Envelope, reason: Rejected) -> None:
        """Park this one message for a person; the rest flows."""
        self._settle(envelope, reason)

    def retry(self, envelope: Envelope, reason: Unavailable | Throttled) -> None:
        """Let this one message wait and come again; later ones overtake it."""
        self._settle(envelope, reason)

    async def checkpoint(self, work: Callable[[Work], Awaitable[T]]) -> T:
        """Write something now, durably and only while we own the actor: the mark that an attempt begins.

        Raises ``Fenced`` when somebody else owns the actor, ``StoreUnavailable`` when it cannot be written.
        """
        result: T = await self._commit(work)
        return result

    def gathered(self, *, complete: bool) -> tuple[list[Step], bytes]:
        """Return the steps to commit and the state to keep: all of them, or those up to the last settled message."""
        if complete:
            return self._steps, compact(self.state)
        count, state = self._mark
        return self._steps[:count], state

    def _settle(self, envelope: Envelope, result: Result) -> None:
        self.settled[envelope.seq] = result
        self._mark = (len(self._steps), compact(self.state))


def compact(state: dict[str, Any]) -> bytes:
    """Return a lane's state as it is kept: orjson leaves kilobytes unused behind what it wrote, so it is copied."""
    return memoryview(orjson.dumps(state)).tobytes()


async def run_steps(steps: list[Step], work: Work) -> None:
    """Run what a turn gathered, in order, within a unit of work."""
    for step in steps:
        waiting = step(work)
        if waiting is not None:
            await waiting
