"""Actors that do what a real one does on the wire, and nothing else: four calls to a platform for each message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from hub.actors.messages import ItemChanged
from hub.actors.runtime.address import Address
from hub.actors.runtime.turn import Actor, Turn
from hub.adapters.http import Caller, open_client

CALLS = 4


@dataclass(frozen=True, slots=True)
class CallingActor:
    """Takes one message a turn and follows it with its calls, one after another."""

    caller: Caller

    def batch(self, lane: str) -> int:
        """Return how many messages one turn takes."""
        return 1

    async def handle(self, turn: Turn) -> None:
        """Call the platform for each message."""
        for envelope in turn.messages:
            if isinstance(envelope.body, ItemChanged):
                await follow(self.caller, envelope.body.item_id)


async def follow(caller: Caller, key: str) -> None:
    """Make the calls of one message; the last one is answered when this returns."""
    for step in range(1, CALLS + 1):
        await caller.send("bench", "GET", f"/{key}/{step}")


@dataclass(frozen=True, slots=True)
class Callers:
    """Opens an actor with a small connection pool of its own, as adapters do."""

    platform_url: str

    @asynccontextmanager
    async def open(self, address: Address) -> AsyncIterator[Actor]:
        """Lend the actor of an address."""
        async with open_client(self.platform_url) as client:
            yield CallingActor(Caller(client, "bench"))
