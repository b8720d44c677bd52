"""PostgreSQL's driver past SQLAlchemy, whose part of a statement costs the hub as much as the way to the server.

What is begun here stands where SQLAlchemy's adapter keeps the transaction that it would begin itself: a statement
that goes through SQLAlchemy joins it, and SQLAlchemy may end it as its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.engine import Connection as SyncConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.util import await_only

from hub.store.engine.fault import StoreUnavailable, named

T = TypeVar("T")

SAVEPOINT, RELEASE, BACK = "SAVEPOINT work", "RELEASE SAVEPOINT work", "ROLLBACK TO SAVEPOINT work"
"""One name for all works: the server would prepare a text of its own for each, and the hub keep that for nothing."""

FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""What the driver raises; a time that is over is an ``OSError`` too."""
OUTDATED = (asyncpg.InvalidCachedStatementError, asyncpg.InternalServerError)
"""What a statement raises that was prepared before its tables were changed."""


class Begun:
    """A transaction as the adapter wants it; ``inner`` says whether a savepoint is open in it."""

    def __init__(self, driver: Any, *, inner: bool) -> None:
        self.driver = driver
        self.inner = inner

    async def commit(self) -> None:
        """Make it durable; one that a statement broke is taken back instead, which the server calls no error."""
        if await self.driver.execute("COMMIT") != "COMMIT":
            raise StoreUnavailable("a statement broke the transaction, and nobody told")

    async def rollback(self) -> None:
        """Take it back."""
        await self.driver.execute("ROLLBACK")


class BareTransaction:
    """A transaction for writing, begun and ended here; one that SQLAlchemy has joined is SQLAlchemy's to end."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._adapter = _adapter(connection.sync_connection)

    async def begin(self) -> None:
        """Open it, unless a statement that went past SQLAlchemy has."""
        if self._adapter._transaction is None:
            await _named(self._connection, "BEGIN", _begin(self._adapter))

    async def commit(self) -> None:
        """Make it durable."""
        joined = self._connection.get_transaction()
        await (_named(self._connection, "COMMIT", self._left().commit()) if joined is None else joined.commit())

    async def rollback(self) -> None:
        """Take it back."""
        joined = self._connection.get_transaction()
        await (_named(self._connection, "ROLLBACK", self._left().rollback()) if joined is None else joined.rollback())

    def _left(self) -> Begun:
        self._adapter._transaction = None
        return Begun(self._adapter._connection, inner=False)


class Savepoint:
    """Keeps what one work does apart from its group's; the transaction begins with it if there is none."""

    def __init__(self, connection: SyncConnection) -> None:
        _wait(connection, _enter)

    async def keep(self, _connection: AsyncConnection) -> None:
        """Let it stand: it ends as the next one begins, or with the transaction."""

    async def undo(self, connection: AsyncConnection) -> None:
        """Take back what was done since."""
        await _named(connection, BACK, _adapter(connection.sync_connection)._connection.execute(BACK))


def begin(connection: SyncConnection) -> None:
    """Begin a transaction before a statement that goes through SQLAlchemy."""
    _wait(connection, _begin)


def is_begun(connection: AsyncConnection) -> bool:
    """Say whether a transaction is open, whoever began it."""
    return _adapter(connection.sync_connection)._transaction is not None


async def abandon(connection: AsyncConnection) -> None:
    """Take back the transaction that statements past SQLAlchemy have begun, if there is one."""
    if is_alive(connection) and is_begun(connection):
        await BareTransaction(connection).rollback()


def is_alive(connection: AsyncConnection) -> bool:
    """Say whether nothing is known of a connection's end."""
    return not connection.invalidated and not _adapter(connection.sync_connection)._connection.is_closed()


async def direct(connection: AsyncConnection, text: str, values: Sequence[Any]) -> tuple[list[Any], int]:
    """Run a statement in the connection's transaction, begun if there is none, with SQLAlchemy's errors.

    Returns its rows, and how many it changed.
    """
    return await _named(connection, text, _run(connection, text, values))


async def many(connection: AsyncConnection, text: str, rows: Sequence[Sequence[Any]]) -> None:
    """Run a statement like ``direct``, once for each row of values, in one way to the server."""
    await _named(connection, text, _run_many(connection, text, rows))


async def alone(connection: AsyncConnection, text: str, values: Sequence[Any]) -> list[Any]:
    """Run a statement that is a whole transaction, durable once its rows are here; no other may be open."""
    return await _named(connection, text, _run_alone(connection, text, values))


async def _run(connection: AsyncConnection, text: str, values: Sequence[Any]) -> tuple[list[Any], int]:
    adapter = _adapter(connection.sync_connection)
    if adapter._transaction is None:
        await _begin(adapter)
    statement = await _prepared(adapter, connection, text)
    rows = await statement.fetch(*values)
    many = statement.get_statusmsg().rpartition(" ")[2]
    return rows, int(many) if many.isdecimal() else -1


async def _run_many(connection: AsyncConnection, text: str, rows: Sequence[Sequence[Any]]) -> None:
    adapter = _adapter(connection.sync_connection)
    if adapter._transaction is None:
        await _begin(adapter)
    await (await _prepared(adapter, connection, text)).executemany(rows)


async def _run_alone(connection: AsyncConnection, text: str, values: Sequence[Any]) -> list[Any]:
    adapter = _adapter(connection.sync_connection)
    if adapter._transaction is not None:
        raise TypeError("a transaction is open")
    rows: list[Any] = await (await _prepared(adapter, connection, text)).fetch(*values)
    return rows


async def _prepared(adapter: Any, connection: AsyncConnection, text: str) -> Any:
    statement, _ = await adapter._prepare(text, _dialect(connection)._invalidate_schema_cache_asof)
    return statement


async def _begin(adapter: Any, *, inner: bool = False) -> None:
    if adapter.isolation_level == "autocommit":
        return
    level, begun = adapter.isolation_level.replace("_", " "), Begun(adapter._connection, inner=inner)
    words = f"BEGIN ISOLATION LEVEL {level} {'READ ONLY' if adapter.readonly else 'READ WRITE'}"
    adapter._transaction = begun
    await adapter._connection.execute(f"{words};{SAVEPOINT}" if inner else words)


async def _enter(adapter: Any) -> None:
    begun = adapter._transaction
    if begun is None:
        await _begin(adapter, inner=True)
    elif not isinstance(begun, Begun):
        raise TypeError(f"{begun!r} was begun elsewhere")
    else:
        await adapter._connection.execute(f"{RELEASE};{SAVEPOINT}" if begun.inner else SAVEPOINT)
        begun.inner = True


def _wait(connection: SyncConnection, step: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
    adapter = _adapter(connection)
    try:
        await_only(step(adapter))
    except FAILURES as error:
        raise StoreUnavailable(f"the transaction broke: {_fault(adapter, SAVEPOINT, error)}") from error


async def _named(connection: AsyncConnection, text: str, coroutine: Coroutine[Any, Any, T]) -> T:
    """Give what goes wrong its name; a connection that was lost, or left before the answer, is of no more use."""
    adapter = _adapter(connection.sync_connection)
    try:
        return await coroutine
    except FAILURES as error:
        fault = _fault(adapter, text, error)
        if isinstance(error, OUTDATED):
            _dialect(connection)._invalidate_schema_cache()
        if adapter._connection.is_closed() or isinstance(error, OSError):
            await connection.invalidate()
        raise fault from error
    except asyncio.CancelledError:
        await connection.invalidate()
        raise


def _fault(adapter: Any, text: str, error: Exception) -> Exception:
    """Return what SQLAlchemy would raise, or our own name for it."""
    if isinstance(error, OSError):
        return named(error) or error
    try:
        adapter._handle_exception(error)
    except adapter.dbapi.Error as translated:
        gone = adapter._connection.is_closed()
        wrapped = DBAPIError.instance(text, None, translated, adapter.dbapi.Error, True, gone)
        return named(wrapped) or wrapped
    return error


def _adapter(connection: SyncConnection | None) -> Any:
    adapter: object = None if connection is None else connection.connection.dbapi_connection
    if not isinstance(adapter, AsyncAdapt_asyncpg_connection):
        raise TypeError(f"{adapter!r} is not PostgreSQL's")
    return adapter


def _dialect(connection: AsyncConnection) -> Any:
    return connection.dialect
