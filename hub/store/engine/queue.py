"""Who waits to be written, taken in groups: how long one waits for others, and which of several writers takes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import anyio
import anyio.lowlevel

from hub.store.engine.fault import StoreUnavailable
from hub.store.engine.ticket import Ticket
from hub.store.engine.work import Draft

ORDERLY = 0.002
"""Seconds that a writer may be at work, with a single statement that locks its rows in one order, before another one
helps with whatever waits."""
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


@dataclass(slots=True, eq=False)
class Shift:
    """What a writer is at, since a moment of the loop's clock; nothing ``orderly`` can wait for us in a circle.

    Works that are run ``apart`` follow one another, and what comes after an orderly one may not be so.
    """

    begun: float
    orderly: bool = False
    apart: bool = False


class Queue:
    """Tickets in the order of arrival, taken in groups by one writer or several.

    While one is at work the others leave to it what comes meanwhile, unless it takes longer than ``BUSY`` (or
    ``ORDERLY``, or ``STUCK``): one large transaction costs less than two small ones.
    """

    def __init__(self, longest: int, enough: int | None = None) -> None:
        """It takes ``longest`` tickets, and lets a group of ``enough`` go without a look for more."""
        self._waiting: deque[Ticket] = deque()
        self._arrived = anyio.Event()
        self._at_work: list[Shift] = []
        self._changed = anyio.Event()
        self._turn = anyio.Lock(fast_acquire=True)
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
        """Wait for tickets and take the oldest ones; an empty list means that the queue is closed and empty.

        One writer waits at a time: what comes would wake them all, and only one finds it.
        """
        async with self._turn:
            while True:
                await self._room()
                await self._company()
                await self._gathering(most)
                group = self._oldest(most)
                for ticket in group:
                    ticket.taken = True
                    self._count(ticket, -1)
                if group or self.closed:
                    return group

    @contextmanager
    def at_work(self) -> Iterator[Shift]:
        """Tell the other writers, from taking a group to its end, that somebody is at work."""
        shift = Shift(anyio.current_time())
        self._at_work.append(shift)
        try:
            yield shift
        finally:
            self._at_work.remove(shift)
            self._changed.set()

    def be_orderly(self, shift: Shift, *, orderly: bool) -> None:
        """Note that what a writer is at now locks its rows in one order, and none before, or that it does not."""
        shift.orderly = orderly and not shift.apart
        self._changed.set()

    async def _room(self) -> None:
        """Wait for tickets that those at work are not to be left."""
        await self._arrival()
        while not self.closed and (pause := self._others_are_busy()) > 0:
            await self._change(min(pause, BUSY))
            await self._arrival()

    async def _arrival(self) -> None:
        while not self._waiting and not self.closed:
            await self._news()
            await anyio.lowlevel.checkpoint()

    def _count(self, ticket: Ticket, change: int) -> None:
        self._hurried += change * (not ticket.patient)
        self._drafts += change * isinstance(ticket.work, Draft)

    def _others_are_busy(self) -> float:
        """Return the seconds that those at work may still take before they are helped."""
        seconds = BUSY if self._drafts else STUCK
        ends = [shift.begun + (ORDERLY if shift.orderly else seconds) for shift in self._at_work]
        return max(ends, default=0.0) - anyio.current_time()

    def _may_meet_works(self) -> bool:
        now = anyio.current_time()
        return any(not shift.orderly and shift.begun + STUCK > now for shift in self._at_work)

    def _oldest(self, most: int) -> list[Ticket]:
        """Take out the oldest tickets, drafts alone while another writer may be busy with works."""
        if self.closed or not self._may_meet_works():
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

    async def _change(self, seconds: float) -> None:
        """Wait so long, or until somebody is at work no longer or at something else."""
        if self._changed.is_set():
            self._changed = anyio.Event()
        with anyio.move_on_after(seconds):
            await self._changed.wait()

    async def _news(self) -> None:
        """Wait until something comes that was not yet seen."""
        if self._arrived.is_set():
            self._arrived = anyio.Event()
        await self._arrived.wait()
