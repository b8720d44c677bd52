"""SQLAlchemy engines for the two databases, one for reading and one per writer."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction, create_async_engine
from sqlalchemy.pool import NullPool

from hub.store.engine import postgres, sqlite, wire
from hub.store.engine.fault import name_fault
from hub.store.engine.keys import KeysByIndex
from hub.store.engine.sqlite_file import file_of
from hub.store.types import json_text, json_value

T = TypeVar("T")
Transaction: TypeAlias = AsyncTransaction | sqlite.BareTransaction | wire.BareTransaction
Savepoint: TypeAlias = sqlite.Savepoint | wire.Savepoint

READERS = 4
"""Connections to read from; on SQLite there is one more, for short looks."""
WAIT_FOR_READER = 10.0
CONNECT = 10.0
"""Seconds until a PostgreSQL server that does not answer counts as away."""


def reading_engine(url: URL, deadline: float) -> AsyncEngine:
    """Return the engine whose connections only read, as ``snapshots`` or ``glances``.

    No statement on PostgreSQL takes longer than ``deadline`` seconds: a connection that was lost unseen never answers.
    """
    if url.get_backend_name() == "sqlite":
        engine = _sqlite(
            url,
            sqlite.READER_PRAGMAS,
            pool_size=READERS + 1,
            max_overflow=0,
            pool_timeout=WAIT_FOR_READER,
            pool_reset_on_return=None,
        )
        event.listen(engine.sync_engine, "reset", sqlite.reset)
        _begin_with(engine, "BEGIN")
        return engine
    engine = _postgres(
        url,
        pool_size=READERS,
        max_overflow=READERS,
        pool_timeout=WAIT_FOR_READER,
        connect_args={"timeout": CONNECT, "command_timeout": deadline, "server_settings": postgres.READ_ONLY},
    )
    event.listen(engine.sync_engine, "checkin", postgres.note_use)
    event.listen(engine.sync_engine, "checkout", postgres.look_alive)
    return engine


def snapshots(engine: AsyncEngine) -> AsyncEngine:
    """Return an engine of the same connections, each of whose transactions sees one snapshot."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def glances(engine: AsyncEngine) -> AsyncEngine:
    """Return an engine of the same connections, whose statements on PostgreSQL each see a snapshot of their own.

    What it is made of must have no isolation of its own, which would be the one that counts.
    """
    return engine if engine.dialect.name == "sqlite" else engine.execution_options(isolation_level="AUTOCOMMIT")


def writing_engine(url: URL) -> AsyncEngine:
    """Return the engine of one writer: a single connection that is never shared."""
    if url.get_backend_name() == "sqlite":
        engine = _sqlite(url, sqlite.WRITER_PRAGMAS, poolclass=NullPool)
        _begin_with(engine, "BEGIN IMMEDIATE")
        return engine
    return _postgres(
        url,
        poolclass=NullPool,
        connect_args={"timeout": CONNECT, "server_settings": postgres.SETTINGS},
        execution_options={"isolation_level": "READ COMMITTED"},
    )


def migrating_engine(url: URL) -> AsyncEngine:
    """Return the engine that changes the schema.

    SQLite rebuilds a table by dropping it, which would take along all that refers to its rows.
    """
    if url.get_backend_name() != "sqlite":
        return writing_engine(url)
    engine = _sqlite(url, sqlite.MIGRATION_PRAGMAS, poolclass=NullPool)
    _begin_with(engine, "BEGIN IMMEDIATE")
    return engine


async def aboard(connection: AsyncConnection, coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that waits for nothing but this connection, in the way that is cheapest for its database."""
    if connection.dialect.name == "sqlite":
        return await sqlite.aboard(connection, coroutine)
    return await coroutine


async def left_as_found(connection: AsyncConnection, glance: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
    """Return what ``glance`` reads; no transaction that it began through SQLAlchemy stays open."""
    try:
        return await glance(connection)
    finally:
        if connection.in_transaction():
            await connection.rollback()


def is_begun(connection: AsyncConnection) -> bool:
    """Say whether a transaction is open, through SQLAlchemy or past it."""
    return connection.in_transaction() or (connection.dialect.name == "postgresql" and wire.is_begun(connection))


async def transaction_of(connection: AsyncConnection) -> Transaction:
    """Return the transaction that is open, or a new one."""
    begun = connection.get_transaction()
    if begun is not None:
        return begun
    is_file = connection.dialect.name == "sqlite"
    bare = sqlite.BareTransaction(connection) if is_file else wire.BareTransaction(connection)
    await bare.begin()
    return bare


async def abandon(connection: AsyncConnection) -> None:
    """Take back whatever transaction is open."""
    if connection.dialect.name == "sqlite" or connection.in_transaction():
        await connection.rollback()
    else:
        await wire.abandon(connection)


def begun_at_once(connection: AsyncConnection) -> sqlite.BareTransaction | None:
    """Return a new transaction that whoever asks may run on its own thread: of SQLite, where nobody else writes."""
    if connection.dialect.name != "sqlite" or connection.in_transaction():
        return None
    bare = sqlite.BareTransaction(connection)
    return bare if bare.begin_at_once() else None


def savepoint_of(connection: Connection) -> Savepoint:
    """Open a savepoint in the transaction that is open, or in a new one."""
    return sqlite.Savepoint(connection) if connection.dialect.name == "sqlite" else wire.Savepoint(connection)


def begin_alone(connection: Connection) -> None:
    """Begin a transaction for a work that shares it with nobody, where SQLAlchemy does not do so as well."""
    if connection.dialect.name != "sqlite":
        wire.begin(connection)


def _sqlite(url: URL, pragmas: tuple[str, ...], **options: Any) -> AsyncEngine:
    creator = sqlite.connector(str(file_of(url)), pragmas)
    engine = _engine(url.set(drivername="sqlite+aiosqlite"), async_creator=creator, **options)
    engine.dialect.statement_compiler = KeysByIndex
    return engine


def _postgres(url: URL, **options: Any) -> AsyncEngine:
    given = {"prepared_statement_cache_size": postgres.STATEMENTS, **options.pop("connect_args")}
    return _engine(url.set(drivername="postgresql+asyncpg"), connect_args=given, **options)


def _engine(url: URL, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        url, json_serializer=json_text, json_deserializer=json_value, hide_parameters=True, **options
    )
    event.listen(engine.sync_engine, "handle_error", name_fault)
    return engine


def _begin_with(engine: AsyncEngine, words: str) -> None:
    event.listen(engine.sync_engine, "begin", partial(sqlite.begin, words))
