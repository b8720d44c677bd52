"""A hub process in miniature, to be killed, frozen and stopped by the tests.

Called as ``python process.py <url> <name> <lease in seconds> <number of the first message that takes long>``. Its
actors do one unrepeatable thing per message, which the database would refuse to do twice, and keep the order in their
state. It says on its standard output what it does.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import anyio
from sqlalchemy import insert

from hub.actors.runtime.address import Address
from hub.actors.runtime.facts import Fact
from hub.actors.runtime.node_file import locked
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.supervisor import Supervisor
from hub.actors.runtime.turn import Actor, Turn
from hub.clock import SystemClock
from hub.store.engine import Database, Work
from hub.store.tables import seen
from tests.actors.runtime.stage import Note

POLICY = Policy(renew=0.5, margin=0.5, poll=0.5, grace=5.0, restart_pause=0.05, crash_limit=100)
PACE, LONG = 0.003, 1.0


class Counter:
    """Handles notes strictly one after another, and from a number on so slowly that it cannot do them all."""

    def __init__(self, slow_from: int) -> None:
        self.slow_from = slow_from

    def batch(self, lane: str) -> int:
        return 2

    async def handle(self, turn: Turn) -> None:
        for envelope in turn.messages:
            note: Note = envelope.body
            number = note.number
            if turn.state.get("next", 0) != number:
                raise LookupError(f"expected {turn.state} but got {number}")
            await anyio.sleep(PACE if number < self.slow_from else LONG)
            turn.state["next"] = number + 1
            turn.write(effect(turn.address, number))
            say("handled", turn.address, number)


def effect(address: Address, number: int) -> Callable[[Work], Awaitable[None]]:
    """Return what writes the effect that must not be written twice."""

    async def work(work: Work) -> None:
        row = {
            "tenant_id": address.tenant,
            "address": str(address),
            "dedupe": f"{number:05}",
            "seen_at": work.clock.now(),
        }
        await work.execute(insert(seen).values(row))

    return work


def opening(slow_from: int) -> Callable[[Address], AbstractAsyncContextManager[Actor]]:
    """Return what opens an actor."""

    @asynccontextmanager
    async def opened(address: Address) -> AsyncIterator[Actor]:
        yield Counter(slow_from)

    return opened


async def listen(work: Work, fact: Fact) -> None:
    if not type(fact).__name__.startswith("TurnEnded"):
        say(type(fact).__name__, getattr(fact, "reason", ""))


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


async def main(url: str, name: str, lease: str, slow_from: str, path: str) -> None:
    opened, policy = opening(int(slow_from)), replace(POLICY, lease=float(lease))
    async with AsyncExitStack() as stack:
        node_file = stack.enter_context(locked(Path(path))) if path else None
        database = await stack.enter_async_context(Database.open(url, SystemClock()))
        supervisor = Supervisor(
            database, opened, random=Random(1), listener=listen, policy=policy, name=name, node_file=node_file
        )
        async with anyio.create_task_group() as tasks:
            await tasks.start(supervisor.run)
            say("ready")
            with anyio.open_signal_receiver(signal.SIGTERM) as signals:
                async for _ in signals:
                    break
            say("stopping")
            supervisor.stop()
    say("stopped")


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5])
