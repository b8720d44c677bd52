"""One opened actor, kept until the last turn that uses it has ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

import anyio

from hub.actors.runtime.address import Address
from hub.actors.runtime.turn import Actor

Factory: TypeAlias = Callable[[Address], AbstractAsyncContextManager[Actor]]


class Instance:
    """An actor that lives in a task of its own; after a crash it is retired while another already serves."""

    def __init__(self) -> None:
        self.actor: Actor | None = None
        self.closed = anyio.Event()
        self._users = 0
        self._retired = anyio.Event()
        self._free = anyio.Event()

    async def live(self, factory: Factory, address: Address, ready: Callable[[], None]) -> None:
        """Open the actor, say that it is ready, and close it when it is retired and nobody uses it any more."""
        try:
            async with factory(address) as actor:
                self.actor = actor
                ready()
                await self._retired.wait()
                while self._users:
                    self._free = anyio.Event()
                    await self._free.wait()
        finally:
            self.actor = None
            self.closed.set()

    def enter(self) -> Actor:
        """Lend the actor to a turn."""
        if self.actor is None:
            raise RuntimeError("the actor is not open")
        self._users += 1
        return self.actor

    def leave(self) -> None:
        """Take the actor back."""
        self._users -= 1
        self._free.set()

    def retire(self) -> None:
        """Close the actor as soon as nobody uses it."""
        self._retired.set()
