"""The store: snapshots to read from, and one door through which everything is written."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Hashable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from random import Random
from typing import Any, TypeAlias, TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.clock import Clock
from hub.store.engine import sqlite_file
from hub.store.engine.checkpoints import Checkpoints
from hub.store.engine.connect import aboard, glances, left_as_found, reading_engine, snapshots, writing_engine
from hub.store.engine.fault import StoreUnavailable, named_faults
from hub.store.engine.fetch import Fetch
from hub.store.engine.group import Group
from hub.store.engine.kept import Kept
from hub.store.engine.prepared import direct
from hub.store.engine.queue import ENOUGH, Queue
from hub.store.engine.readers import Readers
from hub.store.engine.spot import Spot
from hub.store.engine.ticket import Ticket
from hub.store.engine.work import Draft, Work
from hub.store.engine.writer import Writer

T = TypeVar("T")
Heard: TypeAlias = Callable[[Sequence[Hashable]], None]

DEADLINE = 30.0
LONGEST_QUEUE = 20_000
POSTGRES_WRITERS = 2


class Database:
    """One SQLite file or one PostgreSQL database, opened for the life of a process."""

    def __init__(
        self, url: URL, clock: Clock, queue: Queue, reads: AsyncEngine, *, urgent: Queue | None = None
    ) -> None:
        self.url = url
        self.clock = clock
        self.dialect = url.get_backend_name()
        self._queue = queue
        self._urgent = urgent or queue
        self._reads = snapshots(reads)
        self._kept = Kept(glances(reads)) if self.dialect == "postgresql" else None
        self._readers = Readers(sqlite_file.file_of(url)) if self.dialect == "sqlite" else None
        self._spot = Spot(reads) if self.dialect == "sqlite" else None
        self._checkpoints = Checkpoints(sqlite_file.file_of(url)) if self.dialect == "sqlite" else None
        self._listeners: dict[str, list[Heard]] = {}

    @property
    def shared(self) -> bool:
        """Whether other processes may have this database open too."""
        return self.dialect == "postgresql"

    @property
    def reading_dialect(self) -> Dialect:
        """SQLAlchemy's dialect of what is read."""
        return self._reads.dialect

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, clock: Clock, *, random: Random | None = None, deadline: float = DEADLINE
    ) -> AsyncIterator[Database]:
        """Open a database by its SQLAlchemy URL; ``StoreBusy`` when another process has the SQLite file open.

        No group of writes, and no statement that reads from PostgreSQL, takes longer than ``deadline`` seconds. On the
        way out what waits is still written.
        """
        where = make_url(url)
        with ExitStack() as locks:
            if where.get_backend_name() == "sqlite":
                locks.enter_context(sqlite_file.only_process(sqlite_file.file_of(where)))
                await anyio.to_thread.run_sync(sqlite_file.prepare, sqlite_file.file_of(where))
            elsewhere = where.get_backend_name() == "postgresql"
            urgent, enough = (Queue(LONGEST_QUEUE), ENOUGH) if elsewhere else (None, None)
            queue, reads = Queue(LONGEST_QUEUE, enough), reading_engine(where, deadline)
            database = cls(where, clock, queue, reads, urgent=urgent)
            async with database._writing(random or Random(), deadline):  # noqa: S311
                yield database

    @classmethod
    @asynccontextmanager
    async def open_to_read(cls, url: str, clock: Clock) -> AsyncIterator[Database]:
        """Open a database for reading alone, beside a process that has it open; every write is ``StoreUnavailable``."""
        where = make_url(url)
        if where.get_backend_name() == "sqlite" and not sqlite_file.file_of(where).exists():
            raise StoreUnavailable(f"there is no database {sqlite_file.file_of(where)}")
        queue = Queue(0)
        queue.close()
        database = cls(where, clock, queue, reading_engine(where, DEADLINE))
        try:
            yield database
        finally:
            with anyio.CancelScope(shield=True):
                await database._end_reading()

    async def write(self, work: Callable[[Work], Awaitable[T]], *, urgent: bool = False, patient: bool = False) -> T:
        """Run ``work`` in a transaction shared with concurrent callers and return its result once it is durable.

        What ``work`` raises takes back that work alone and is raised here. ``StoreUnavailable`` when the database
        is full or gone. ``work`` runs again after a conflict. Cancelling the caller never harms the group: a work
        already taken is finished first, one still waiting is forgotten.

        What is ``urgent`` has a writer of its own on PostgreSQL, where groups may wait for other nodes' rows: a node
        whose leases waited with them would lose its actors, and all would begin anew elsewhere. A ``patient`` work,
        whose caller has nothing to do afterwards, waits up to ten milliseconds to share the transaction of one that
        is not.
        """
        result: T = await self._durable(Ticket(work, patient=patient), self._urgent if urgent else self._queue)
        return result

    async def keep(self, draft: Draft) -> None:
        """Write what a draft holds in a transaction shared with concurrent callers, and return once it is durable.

        Cheaper than ``write`` where nothing must be read or decided first; it fails and is cancelled like that.
        """
        await self._durable(Ticket(draft), self._queue)

    async def _durable(self, ticket: Ticket, queue: Queue) -> Any:
        queue.put(ticket)
        try:
            return await ticket.wait()
        finally:
            if not ticket.taken:
                queue.withdraw(ticket)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Lend a read-only connection that sees one snapshot; ``StoreUnavailable`` when the database is gone."""
        async with self._lent(self._reads) as connection:
            yield connection

    @asynccontextmanager
    async def _lent(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        connection = engine.connect()
        with named_faults():
            await connection.start()
        try:
            yield connection
        finally:
            with anyio.CancelScope(shield=True):
                await connection.close()

    async def look(self, glance: Callable[[AsyncConnection], Coroutine[Any, Any, T]], *, short: bool = False) -> T:
        """Return what ``glance`` reads from one snapshot, waiting for nothing but its connection.

        Cheaper than ``read`` on SQLite, where it ends before its caller is cancelled, for nobody may take a
        connection away from the thread that uses it. ``StoreUnavailable`` when the database is gone.

        A ``short`` one is for a few rows by their keys that are likely to be in memory; each of its statements sees a
        snapshot of its own. SQLite is asked on the spot, for the way to another thread and back takes longer.
        """
        if short and self._spot is not None:
            with named_faults():
                return await self._spot.look(glance)
        try:
            with anyio.fail_after(DEADLINE, shield=self.dialect == "sqlite"):
                found = await (self._kept.look(glance) if short and self._kept else self._look(glance))
        except TimeoutError as error:
            raise StoreUnavailable(f"nothing read within {DEADLINE:.0f} s") from error
        await anyio.lowlevel.checkpoint_if_cancelled()
        return found

    async def _look(self, glance: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
        async with self._lent(self._reads) as connection:
            return await aboard(connection, left_as_found(connection, glance))

    async def fetch(self, fetch: Fetch, given: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
        """Return the rows of one statement, as the driver gives them; ``given`` is what it has left open.

        Cheaper than ``look``, above all on SQLite. ``StoreUnavailable`` when the database is gone.
        """
        values = fetch.bound(given)
        if self._readers is None:
            return fetch.rows(await self.look(lambda connection: direct(connection, fetch.text, values), short=True))
        try:
            async with asyncio.timeout(DEADLINE):
                return fetch.rows(await self._readers.rows(fetch.text, values))
        except TimeoutError as error:
            raise StoreUnavailable(f"nothing read within {DEADLINE:.0f} s") from error

    async def scrub(self) -> bool:
        """Leave nothing of what was deleted in SQLite's write-ahead log; False while somebody still reads from it.

        PostgreSQL keeps its own log, and this does nothing there.
        """
        if self.dialect != "sqlite":
            return True
        return await anyio.to_thread.run_sync(sqlite_file.scrub, sqlite_file.file_of(self.url))

    @contextmanager
    def listening(self, topic: str, heard: Heard) -> Iterator[None]:
        """Call ``heard`` with the keys signalled under ``topic`` after each commit of this process, in their order."""
        self._listeners.setdefault(topic, []).append(heard)
        try:
            yield
        finally:
            self._listeners[topic].remove(heard)

    def _tell(self, group: Group) -> None:
        if self._checkpoints is not None:
            self._checkpoints.note(len(group.kept))
        for action in group.actions():
            action()
        for topic, keys in group.signals().items():
            for heard in list(self._listeners.get(topic, ())):
                heard(keys)

    @asynccontextmanager
    async def _writing(self, random: Random, deadline: float) -> AsyncIterator[None]:
        queues = [self._queue] * POSTGRES_WRITERS + [self._urgent] if self.shared else [self._queue]
        engines = [writing_engine(self.url) for _ in queues]
        try:
            async with anyio.create_task_group() as tasks:
                if self._checkpoints is not None:
                    tasks.start_soon(self._checkpoints.run)
                for engine, queue in zip(engines, queues, strict=True):
                    tasks.start_soon(Writer(engine, queue, self.clock, random, self._tell, deadline).run)
                try:
                    yield
                finally:
                    for queue in queues:
                        queue.close()
                    if self._checkpoints is not None:
                        self._checkpoints.close()
        finally:
            with anyio.CancelScope(shield=True):
                await self._end_reading()
                for engine in engines:
                    await engine.dispose()

    async def _end_reading(self) -> None:
        if self._readers is not None:
            await self._readers.close()
        if self._spot is not None:
            await self._spot.close()
        if self._kept is not None:
            await self._kept.close()
        await self._reads.dispose()
