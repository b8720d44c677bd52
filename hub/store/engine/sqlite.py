"""SQLite as a durable store: a thread per connection, and transactions past SQLAlchemy.

A hop to that thread and back costs more than most statements, so what needs nothing but the connection is done
there as a whole.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy.engine import Connection as SyncConnection
from sqlalchemy.engine import NestedTransaction
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import PoolResetState
from sqlalchemy.util import await_only

from hub.store.engine.fault import named

T = TypeVar("T")

PATIENCE = "busy_timeout=5000"
BEGIN = "BEGIN IMMEDIATE"
LONGEST_LOG = 8000
"""Pages of the write-ahead log that a commit moves into the file itself, where nobody else got so far."""
WRITER_PRAGMAS = (
    PATIENCE,
    "synchronous=FULL",
    "foreign_keys=ON",
    "cache_size=-65536",
    "secure_delete=ON",
    f"wal_autocheckpoint={LONGEST_LOG}",
)
CHECKPOINT_PRAGMAS = (PATIENCE, "synchronous=FULL")
MIGRATION_PRAGMAS = (PATIENCE, "synchronous=FULL", "foreign_keys=OFF", "secure_delete=ON")
READER_PRAGMAS = (PATIENCE, "query_only=ON")


class Cursor:
    """A cursor whose whole life is one hop to the connection's thread: rows are fetched as the statement runs."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1
        self._rows: list[Any] = []

    async def __aenter__(self) -> Cursor:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        await self.connection.hop(partial(self._run, sql, parameters))

    async def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        await self.connection.hop(partial(self._run_many, sql, rows))

    async def fetchall(self) -> list[Any]:
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        self._rows = []

    def _run(self, sql: str, parameters: Sequence[Any]) -> None:
        cursor = self.connection.database.execute(sql, parameters)
        self.description = cursor.description
        self._rows = cursor.fetchall() if cursor.description else []
        self._remember(cursor)

    def _run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        self._remember(self.connection.database.executemany(sql, rows))

    def _remember(self, cursor: sqlite3.Cursor) -> None:
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()


class Connection(aiosqlite.Connection):
    """An aiosqlite connection with the short cursor above; results are always buffered.

    ``settled`` says that whoever sent it something last has waited for the end, ``bare`` that a ``BareTransaction``
    is open, ``lent`` that the caller's thread works in place of its own.
    """

    settled = True
    bare = False
    lent = False

    @property
    def database(self) -> sqlite3.Connection:
        return self._conn

    def cursor(self) -> Any:
        return Cursor(self)

    async def hop(self, function: Callable[[], Any]) -> Any:
        """Run a function on this connection's thread."""
        return await self._execute(function)

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self.lent or threading.current_thread() is self._thread:
            return fn(*args, **kwargs)
        execute: Callable[..., Awaitable[Any]] = super()._execute
        self.settled = False
        result = await execute(fn, *args, **kwargs)
        self.settled = True
        return result


async def aboard(connection: AsyncConnection, coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, which may wait for nothing but this connection, as one hop to the connection's thread."""
    result: T = await driver_of(connection).hop(partial(finished, coroutine))
    return result


def on_the_spot(connection: AsyncConnection, coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, which may wait for nothing but this connection, on the caller's own thread."""
    driver = driver_of(connection)
    driver.lent = True
    try:
        return finished(coroutine)
    finally:
        driver.lent = False


async def direct(connection: AsyncConnection, text: str, values: Sequence[Any]) -> tuple[list[Any], int]:
    """Run a statement on the driver's own connection, within SQLAlchemy's transaction and with its errors.

    Returns its rows, and how many it changed.
    """
    driver = driver_of(connection)
    if not (driver.bare or driver.lent or connection.in_transaction()):
        await connection.begin()
    ran: tuple[list[Any], int] = await driver.hop(partial(_ran, driver.database, text, values))
    return ran


class BareTransaction:
    """A transaction begun and ended past SQLAlchemy, which for one that few share costs as much as all it writes.

    A statement that goes through SQLAlchemy after all joins it, and has it end as SQLAlchemy's own.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._driver = driver_of(connection)

    async def begin(self) -> None:
        """Open it, for writing."""
        await self._run(BEGIN)
        self._driver.bare = True

    def begin_at_once(self) -> bool:
        """Open it on the caller's own thread, unless that would have to wait for somebody else who writes."""
        database = self._driver.database
        try:
            database.execute("PRAGMA busy_timeout=0")
            database.execute(BEGIN)
            self._driver.bare = True
        except sqlite3.OperationalError:
            return False
        finally:
            database.execute(f"PRAGMA {PATIENCE}")
        return True

    async def commit(self) -> None:
        """Make it durable."""
        self._driver.bare = False
        joined = self._connection.get_transaction()
        await (self._run("COMMIT") if joined is None else joined.commit())

    async def rollback(self) -> None:
        """Take it back."""
        self._driver.bare = False
        joined = self._connection.get_transaction()
        await (self._run("ROLLBACK") if joined is None else joined.rollback())

    async def _run(self, words: str) -> None:
        await self._driver.hop(partial(_ran, self._driver.database, words, ()))


class Savepoint:
    """Keeps what one work does apart from its group's."""

    def __init__(self, connection: SyncConnection) -> None:
        self._nested = connection.begin_nested()

    async def keep(self, connection: AsyncConnection) -> None:
        """Let it stand as part of the group."""
        await connection.run_sync(_keep, self._nested)

    async def undo(self, connection: AsyncConnection) -> None:
        """Take back what was done since."""
        await connection.run_sync(_undo, self._nested)


def _keep(_connection: SyncConnection, nested: NestedTransaction) -> None:
    nested.commit()


def _undo(_connection: SyncConnection, nested: NestedTransaction) -> None:
    nested.rollback()


def begin(words: str, connection: SyncConnection) -> None:
    """Begin a transaction, for a driver that leaves it to us when one begins.

    One that is open already is joined, and a look on the spot needs none.
    """
    driver = _checked(connection.connection.driver_connection)
    if not (driver.bare or driver.lent):
        await_only(driver.hop(partial(_ran, driver.database, words, ())))


def reset(adapted: Any, _: object, state: PoolResetState) -> None:
    """Take back what a connection on its way to the pool has left open; one that has ended costs no hop."""
    driver = _checked(adapted.driver_connection)
    if state.asyncio_safe and (driver.database.in_transaction or not driver.settled):
        adapted.rollback()


def rows(database: sqlite3.Connection, text: str, values: Sequence[Any]) -> list[Any]:
    """Run a statement on the thread of its connection and return its rows; what goes wrong has SQLAlchemy's name."""
    return _ran(database, text, values)[0]


def _ran(database: sqlite3.Connection, text: str, values: Sequence[Any]) -> tuple[list[Any], int]:
    try:
        cursor = database.execute(text, values)
        return cursor.fetchall(), cursor.rowcount
    except sqlite3.Error as error:
        wrapped = DBAPIError.instance(text, None, error, sqlite3.Error)
        raise named(wrapped) or wrapped from error


def driver_of(connection: AsyncConnection) -> Connection:
    """Return the connection of ours beneath SQLAlchemy's."""
    proxied = connection.sync_connection
    return _checked(None if proxied is None else proxied.connection.driver_connection)


def _checked(driver: object) -> Connection:
    if not isinstance(driver, Connection):
        raise TypeError(f"{driver!r} has no thread")
    return driver


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """Return what a coroutine comes to that waits for nothing but a connection whose thread this is."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    coroutine.close()
    raise RuntimeError("aboard a connection something else was waited for")


def connector(path: str, pragmas: Sequence[str]) -> Callable[[], Any]:
    """Return what SQLAlchemy calls to open a connection to the file."""

    def open_file() -> sqlite3.Connection:
        database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        for pragma in pragmas:
            database.execute(f"PRAGMA {pragma}")
        return database

    async def connect() -> Connection:
        connection = Connection(open_file, iter_chunk_size=64)
        connection._thread.daemon = True
        await connection
        return connection

    return connect
