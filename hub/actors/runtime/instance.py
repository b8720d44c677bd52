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
    """An actor that lives in a task of its own; after a crash it is retired while another already serves.

    It waits for one thing at a time: an event that nobody waits for takes as much memory as the rest of it.
    """

    __slots__ = ("_closed", "_mourned", "_news", "_retired", "_users", "actor")

    def __init__(self) -> None:
        self.actor: Actor | None = None
        self._users = 0
        self._retired = False
        self._closed = False
        self._news: anyio.Event | None = None
        self._mourned: anyio.Event | None = None

    async def live(self, factory: Factory, address: Address, ready: Callable[[], None]) -> None:
        """Open the actor, say that it is ready, and close it when it is retired and nobody uses it any more."""
        try:
            async with factory(address) as actor:
                self.actor = actor
                ready()
                while self._users or not self._retired:
                    self._news = anyio.Event()
                    await self._news.wait()
        finally:
            self.actor, self._closed = None, True
            if self._mourned is not None:
                self._mourned.set()

    async def closed(self) -> None:
        """Wait until it is closed."""
        if not self._closed:
            self._mourned = self._mourned or anyio.Event()
            await self._mourned.wait()

    def enter(self) -> Actor:
        """Lend the actor to a turn."""
        if self.actor is None:
            raise RuntimeError("the actor is not open")
        self._users += 1
        return self.actor

    def leave(self) -> None:
        """Take the actor back."""
        self._users -= 1
        if self._retired:
            self._tell()

    def retire(self) -> None:
        """Close the actor as soon as nobody uses it."""
        self._retired = True
        self._tell()

    def _tell(self) -> None:
        if self._news is not None:
            self._news.set()
