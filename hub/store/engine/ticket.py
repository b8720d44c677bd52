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

BUSY = 0.01
"""Seconds that a writer may be at work before another one helps with mail, which locks its rows last and in order."""
STUCK = 2.0
"""Seconds until it helps with works too: theirs are locked as they come, and two of our own writers that wait for each
other lose a second."""
COMPANY = 0.01
"""Seconds that works which nobody waits for may wait for one that is in a hurry, to share its transaction."""

CALM, MOST_ROUNDS = 2, 16
"""Rounds of the event loop that bring nothing more until a group goes, and how many it waits at most."""
ENOUGH = 16
"""Tickets that make a group worth its transaction where another process does the work: while it is at that, this one
sees to the next."""

NOTHING = Context()
"""What a draft knows of its caller: nothing of it is ever run."""


class Ticket:
    """What one caller wants to be durable, the caller's context variables, and where the answer goes.

    A ``patient`` one may wait a little for others: nothing goes on but what it ends.
    """

    __slots__ = ("_answer", "context", "error", "patient", "result", "settled", "taken", "work")

    def __init__(self, work: Callable[[Work], Awaitable[Any]] | Draft, *, patient: bool = False) -> None:
        self.work = work
        self.patient = patient
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

    While one is at work the others leave to it what comes meanwhile, unless it takes longer than ``BUSY`` (or
    ``STUCK``): one large transaction costs less than two small ones.
    """

    def __init__(self, longest: int, enough: int | None = None) -> None:
        """It takes ``longest`` tickets, and lets a group of ``enough`` go without a look for more."""
        self._waiting: deque[Ticket] = deque()
        self._arrived = anyio.Event()
        self._at_work: list[float] = []
        self._longest = longest
        self._enough = longest if enough is None else enough
        self._hurried = 0
        self._drafts = 0
        self.closed = False

    def put(self, ticket: Ticket) -> None:
        """Add a ticket; a closed or overfull queue refuses it with ``StoreUnavailable``."""
        if self.closed:
            raise StoreUnavailable("the store is closed")
        if len(self._waiting) >= self._longest:
            raise StoreUnavailable("too many writes are waiting")
        self._waiting.append(ticket)
        self._count(ticket, 1)
        self._arrived.set()

    def withdraw(self, ticket: Ticket) -> None:
        """Forget a ticket whose caller was cancelled before its turn."""
        if not ticket.taken:
            self._waiting.remove(ticket)
            self._count(ticket, -1)

    def close(self) -> None:
        """Refuse what comes from now on; what waits is still served."""
        self.closed = True
        self._arrived.set()

    async def take(self, most: int) -> list[Ticket]:
        """Wait for tickets and take the oldest ones; an empty list means that the queue is closed and empty."""
        while True:
            await self._arrival()
            while not self.closed and (pause := self._others_are_busy()) > 0:
                await anyio.sleep(min(pause, BUSY))
                await self._arrival()
            await self._company()
            await self._gathering(most)
            group = self._oldest(most)
            for ticket in group:
                ticket.taken = True
                self._count(ticket, -1)
            if group or self.closed:
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
            await self._news()
            await anyio.lowlevel.checkpoint()

    def _count(self, ticket: Ticket, change: int) -> None:
        self._hurried += change * (not ticket.patient)
        self._drafts += change * isinstance(ticket.work, Draft)

    def _others_are_busy(self) -> float:
        """Return the seconds that whoever is at work longest may still take before it is helped."""
        return self._left_of(BUSY if self._drafts else STUCK) if self._at_work else 0.0

    def _left_of(self, seconds: float) -> float:
        return min(self._at_work) + seconds - anyio.current_time()

    def _oldest(self, most: int) -> list[Ticket]:
        """Take out the oldest tickets, drafts alone while another writer may be busy with works."""
        if not self._at_work or self.closed or self._left_of(STUCK) <= 0:
            return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        drafts = [ticket for ticket in self._waiting if isinstance(ticket.work, Draft)][:most]
        taken = set(map(id, drafts))
        self._waiting = deque(ticket for ticket in self._waiting if id(ticket) not in taken)
        return drafts

    async def _company(self) -> None:
        """Let patient tickets wait a little for one in a hurry; another writer may have taken all by then."""
        if self._patient():
            with anyio.move_on_after(COMPANY):
                while self._patient():
                    await self._news()

    async def _gathering(self, most: int) -> None:
        """Let those come along whom the event loop has at hand: a group costs much whatever its size."""
        calm, rounds, enough = 0, 0, min(most, self._enough)
        while calm < CALM and rounds < MOST_ROUNDS and len(self._waiting) < enough and not self.closed:
            before = len(self._waiting)
            await anyio.lowlevel.checkpoint()
            calm, rounds = (calm + 1 if len(self._waiting) == before else 0), rounds + 1

    def _patient(self) -> bool:
        return not (self._hurried or self.closed)

    async def _news(self) -> None:
        """Wait until something comes that was not yet seen."""
        if self._arrived.is_set():
            self._arrived = anyio.Event()
        await self._arrived.wait()
