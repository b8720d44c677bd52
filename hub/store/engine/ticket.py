"""A caller waiting for its work to be durable, and the queue of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import Context, copy_context
from typing import Any

import anyio
import anyio.lowlevel

from hub.store.engine.fault import StoreUnavailable
from hub.store.engine.work import Draft, Work

PATIENCE = 0.01

NOTHING = Context()
"""What a draft knows of its caller: nothing of it is ever run."""


class Ticket:
    """What one caller wants to be durable, the caller's context variables, and where the answer goes."""

    __slots__ = ("_answer", "context", "error", "result", "settled", "taken", "work")

    def __init__(self, work: Callable[[Work], Awaitable[Any]] | Draft) -> None:
        self.work = work
        self.context = NOTHING if isinstance(work, Draft) else copy_context()
        self.result: Any = None
        self.error: Exception | None = None
        self.taken = False
        self.settled = False
        self._answer = asyncio.get_running_loop().create_future()

    def settle(self, error: Exception | None = None) -> None:
        """Let the caller go on, with the result or with the error; only the first answer counts."""
        if self.settled:
            return
        self.error = error
        self.settled = True
        if not self._answer.done():
            self._answer.set_result(None)

    async def wait(self) -> Any:
        """Return the work's result once it is durable; a cancelled caller still learns that its work has ended."""
        try:
            await self._answer
        except asyncio.CancelledError:
            if self.taken and not self.settled:
                self._answer = asyncio.get_running_loop().create_future()
                with anyio.CancelScope(shield=True):
                    await self._answer
            raise
        if self.error is not None:
            raise self.error
        return self.result


class Queue:
    """Tickets in the order of arrival, taken in groups by one writer or several.

    While one is at work the others leave to it what comes meanwhile, unless it takes longer than ``PATIENCE``: one
    large transaction costs less than two small ones.
    """

    def __init__(self, longest: int) -> None:
        self._waiting: deque[Ticket] = deque()
        self._arrived = anyio.Event()
        self._at_work: list[float] = []
        self._longest = longest
        self.closed = False

    def put(self, ticket: Ticket) -> None:
        """Add a ticket; a closed or overfull queue refuses it with ``StoreUnavailable``."""
        if self.closed:
            raise StoreUnavailable("the store is closed")
        if len(self._waiting) >= self._longest:
            raise StoreUnavailable("too many writes are waiting")
        self._waiting.append(ticket)
        self._arrived.set()

    def withdraw(self, ticket: Ticket) -> None:
        """Forget a ticket whose caller was cancelled before its turn."""
        if not ticket.taken:
            self._waiting.remove(ticket)

    def close(self) -> None:
        """Refuse what comes from now on; what waits is still served."""
        self.closed = True
        self._arrived.set()

    async def take(self, most: int) -> list[Ticket]:
        """Wait for tickets and take the oldest ones; an empty list means that the queue is closed and empty."""
        await self._arrival()
        while not self.closed and (pause := self._patience()) > 0:
            await anyio.sleep(pause)
            await self._arrival()
        group = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        for ticket in group:
            ticket.taken = True
        return group

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Tell the other writers, from taking a group to its end, that somebody is at work."""
        begun = anyio.current_time()
        self._at_work.append(begun)
        try:
            yield
        finally:
            self._at_work.remove(begun)

    async def _arrival(self) -> None:
        while not self._waiting and not self.closed:
            if self._arrived.is_set():
                self._arrived = anyio.Event()
            await self._arrived.wait()
            await anyio.lowlevel.checkpoint()

    def _patience(self) -> float:
        """Return the seconds that whoever is at work longest may still take."""
        return min(self._at_work) + PATIENCE - anyio.current_time() if self._at_work else 0.0
