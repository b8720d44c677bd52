"""Group commit: concurrent callers share transactions, so that durability costs one fsync for many."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random
from typing import TypeVar

import anyio
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.clock import Clock
from hub.metrics import Metric, counter, histogram
from hub.store.engine.connect import Transaction, abandon, aboard, begun_at_once, is_begun, transaction_of
from hub.store.engine.context import Blame
from hub.store.engine.fault import Conflict, Spoiled, StoreUnavailable
from hub.store.engine.group import Group
from hub.store.engine.pace import Pace
from hub.store.engine.postgres import evict_frozen
from hub.store.engine.queue import Queue, Shift
from hub.store.engine.sqlite import on_the_spot
from hub.store.engine.ticket import Ticket

T = TypeVar("T")

LARGEST_GROUP, SMALL_GROUP = 512, 64
TRIES_TOGETHER = 2
TRIES_ALONE = 8
FIRST_PAUSE = 0.005
DISCONNECT_DEADLINE = 3.0

_failures = counter(Metric.STORE_FAILURES)
_commit_seconds = histogram(Metric.COMMIT_SECONDS)


class Unsure(Exception):
    """Something in a group's deferred rows cannot be written, and it is not known whose."""


class Writer:
    """One connection that writes one group after another, and finds a new connection when it lost its own."""

    def __init__(
        self,
        engine: AsyncEngine,
        queue: Queue,
        clock: Clock,
        random: Random,
        tell: Callable[[Group], None],
        deadline: float,
    ) -> None:
        self._engine = engine
        self._queue = queue
        self._clock = clock
        self._random = random
        self._tell = tell
        self._deadline = deadline
        self._connection: AsyncConnection | None = None
        self._group: Group | None = None
        self._pace = Pace()
        self._shift = Shift(0.0)
        event.listen(engine.sync_engine, "before_execute", self._before_statement)
        _failures.add(0)

    def _before_statement(self, connection: Connection, *_: object) -> None:
        if self._group is not None:
            self._group.enter(connection)

    async def run(self) -> None:
        """Serve the queue until it is closed and empty."""
        try:
            while await self._next():
                pass
        finally:
            with anyio.CancelScope(shield=True):
                await self._disconnect()

    async def _next(self) -> bool:
        """Serve one group, and keep nothing of it while the next one is awaited; False where there is none any more."""
        group = await self._queue.take(LARGEST_GROUP)
        if group:
            with self._queue.at_work() as self._shift:
                await self._serve(group)
        return bool(group)

    async def _serve(self, tickets: list[Ticket]) -> None:
        try:
            left = await self._together(tickets)
            self._shift.apart = True
            for ticket in left:
                await self._apart(ticket)
        except (StoreUnavailable, SQLAlchemyError) as error:
            _failures.add(1)
            await self._disconnect()
            fault = (
                error if isinstance(error, StoreUnavailable) else StoreUnavailable(f"the transaction broke: {error}")
            )
            _settle(tickets, fault)
        finally:
            _settle(tickets, StoreUnavailable("the store is closing", unknown=True))

    async def _together(self, tickets: list[Ticket]) -> list[Ticket]:
        """Return the tickets that must run apart from each other; the rest is settled."""
        left, tries = tickets, TRIES_TOGETHER
        while left and tries:
            try:
                left = await self._attempt(left)
            except Conflict:
                tries -= 1
                await self._pause(TRIES_TOGETHER - tries)
            except Unsure:
                break
        return left

    async def _apart(self, ticket: Ticket) -> None:
        for tries in range(TRIES_ALONE):
            try:
                await self._attempt([ticket])
            except Conflict as conflict:
                last = StoreUnavailable(f"conflicts do not end: {conflict}")
                await self._pause(tries)
            else:
                return
        ticket.settle(last)

    async def _pause(self, tries: int) -> None:
        with anyio.move_on_after(self._deadline, shield=True):
            if self._engine.dialect.name == "postgresql":
                await evict_frozen(await self._connected())
            await anyio.sleep(self._random.uniform(0, FIRST_PAUSE * 2**tries))

    async def _attempt(self, tickets: list[Ticket]) -> list[Ticket]:
        """Run one transaction; return the tickets that must run again because others' rows were refused."""
        try:
            with anyio.fail_after(self._deadline, shield=True):
                group = Group(await self._connected(), self._clock, tickets)
                await self._works(group)
                refusal = await self._end(group)
        except TimeoutError as error:
            raise StoreUnavailable(f"no commit within {self._deadline:.0f} s", unknown=True) from error
        return self._verdict(group, refusal)

    async def _works(self, group: Group) -> None:
        self._group = group
        try:
            await group.run()
        except Conflict:
            await abandon(group.connection)
            raise
        finally:
            self._group = None

    async def _end(self, group: Group) -> Exception | None:
        """End a group where it takes least: on SQLite's thread, or right here while the disk is quick.

        The way to that thread and back costs more than a quick disk, and there each statement waits anew for
        Python's lock.
        """
        quick = self._pace.is_quick and len(group.tickets) <= SMALL_GROUP
        begun = begun_at_once(group.connection) if quick else None
        if begun is not None:
            return on_the_spot(group.connection, self._ended(group, begun))
        return await aboard(group.connection, self._ended(group))

    async def _ended(self, group: Group, begun: Transaction | None = None) -> Exception | None:
        """Write what was deferred and commit; return what was wrong with a row, if anything."""
        open_already = begun is not None or is_begun(group.connection)
        if not open_already and await self._flushed_whole(group):
            return None
        transaction = begun or await transaction_of(group.connection)
        try:
            with Blame() as blame:
                await group.flush()
        except Conflict:
            await transaction.rollback()
            raise
        if blame.error is None and group.kept:
            await self._durable(transaction.commit())
        else:
            await transaction.rollback()
        error: Exception | None = blame.error
        return error

    async def _flushed_whole(self, group: Group) -> bool:
        if self._engine.dialect.name != "postgresql":
            return False
        self._queue.be_orderly(self._shift, orderly=True)
        try:
            return await self._durable(group.flush_whole())
        finally:
            self._queue.be_orderly(self._shift, orderly=False)

    async def _durable(self, commit: Awaitable[T]) -> T:
        begun = self._clock.monotonic()
        try:
            result = await commit
            if result is not False:
                self._note(self._clock.monotonic() - begun)
        except StoreUnavailable as fault:
            lost = self._engine.dialect.name == "postgresql"
            raise StoreUnavailable(fault.reason, unknown=lost) from fault
        return result

    def _note(self, seconds: float) -> None:
        _commit_seconds.record(seconds)
        self._pace.note(seconds)

    def _verdict(self, group: Group, error: Exception | None) -> list[Ticket]:
        refused = group.spoiled(error) if isinstance(error, Spoiled) else []
        if error is not None and not refused:
            return self._blamed(group, error)
        for ticket, reason in [*group.failed, *refused]:
            ticket.settle(reason)
        if error is not None:
            return [ticket for ticket in group.tickets if not ticket.settled]
        self._tell(group)
        for ticket, _ in group.kept:
            ticket.settle()
        return []

    def _blamed(self, group: Group, error: Exception) -> list[Ticket]:
        """Let the one work of a group answer for what its deferred rows broke; many are run apart to find out."""
        if not group.alone:
            raise Unsure from error
        group.tickets[0].settle(error)
        return []

    async def _connected(self) -> AsyncConnection:
        if self._connection is None:
            try:
                self._connection = await self._engine.connect()
            except (DBAPIError, OSError) as error:
                raise StoreUnavailable(f"the database cannot be reached: {error}") from error
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with anyio.move_on_after(DISCONNECT_DEADLINE, shield=True):
                await connection.invalidate()
                await connection.close()


def _settle(tickets: list[Ticket], fault: StoreUnavailable) -> None:
    for ticket in tickets:
        ticket.settle(fault)
