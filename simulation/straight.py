"""SQLAlchemy's engine without its layers: it compiles statements and reads rows; what lies between is done at once.

Between its asynchronous outside and SQLite it switches stacks, and makes a transaction, a context, a cursor and a
result per statement, for drivers that have threads or sockets to wait for. Here nothing waits within a statement: a
connection's turn is waited for first, and then all of it happens.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.ext.asyncio import AsyncEngine

import hub.store.engine.sqlite
from hub.store.engine.sqlite import _ran, finished
from simulation.inline import InlineConnection
from simulation.statements import Rows, statement_of

T = TypeVar("T")


class StraightEngine:
    """Stands in for an ``AsyncEngine``: lends connections, at most so many at a time, and keeps them if asked to.

    Who is to be told of what happens is written down at the engine that it stands in for.
    """

    def __init__(self, made: AsyncEngine, connect: Callable[[], Any], most: float, patience: float, keep: bool) -> None:
        self.sync_engine: Any = made.sync_engine
        self.dialect: Any = made.dialect
        self._connect, self._most, self._patience, self._keep = connect, most, patience, keep
        self._idle: list[InlineConnection] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._lent = 0

    def connect(self) -> StraightConnection:
        """Return a connection that is there once it was waited for."""
        return StraightConnection(self)

    async def dispose(self) -> None:
        """Close what nobody uses."""
        while self._idle:
            self._idle.pop().stop()

    async def lend(self) -> InlineConnection:
        """Return one for the caller alone, or raise as SQLAlchemy does where none comes back in time."""
        while self._lent >= self._most:
            free = asyncio.get_running_loop().create_future()
            self._waiting.append(free)
            try:
                await asyncio.wait_for(free, self._patience)
            except TimeoutError as error:
                raise NoneFree("no connection is free") from error
        self._lent += 1
        return self._idle.pop() if self._idle else await self._connect()

    def take_back(self, driver: InlineConnection, *, lost: bool) -> None:
        """Take one back, or learn that it was lost."""
        self._lent -= 1
        if self._keep and not lost:
            self._idle.append(driver)
        else:
            driver.stop()
        while self._waiting:
            free = self._waiting.popleft()
            if not free.done():
                free.set_result(None)
                return


class StraightConnection:
    """Stands in for an ``AsyncConnection``, for the synchronous one beneath it, and for its transaction."""

    def __init__(self, engine: StraightEngine) -> None:
        self.dialect = engine.dialect
        self.driver_connection: Any = None
        self._engine = engine
        self._told = engine.sync_engine.dispatch
        self._open = False
        self._numbers = count(1)

    def __await__(self) -> Generator[Any, Any, StraightConnection]:
        return self.start().__await__()

    async def start(self) -> StraightConnection:
        self.driver_connection = await self._engine.lend()
        return self

    @property
    def sync_connection(self) -> StraightConnection | None:
        return None if self.driver_connection is None else self

    @property
    def connection(self) -> StraightConnection:
        return self

    def in_transaction(self) -> bool:
        return self._open

    def get_transaction(self) -> StraightConnection | None:
        return self if self._open else None

    async def execute(self, statement: Any, parameters: Any = None) -> Rows:
        return await self._aboard(lambda: self._executed(statement, parameters))

    async def scalar(self, statement: Any, parameters: Any = None) -> Any:
        return (await self.execute(statement, parameters)).scalar()

    async def run_sync(self, call: Callable[..., T], *given: Any) -> T:
        return await self._aboard(lambda: call(self, *given))

    async def begin(self) -> StraightConnection:
        await self._aboard(self._begin)
        return self

    async def commit(self) -> None:
        await self._aboard(lambda: self._end("COMMIT"))

    async def rollback(self) -> None:
        await self._aboard(lambda: self._end("ROLLBACK"))

    async def invalidate(self) -> None:
        self._leave(lost=True)

    async def close(self) -> None:
        if self.driver_connection is None:
            return
        if self._open:
            await self.rollback()
        self._leave(lost=False)

    def begin_nested(self) -> Nested:
        """Open a savepoint; called while nobody else may go first."""
        if not self._open:
            self._begin()
        return Nested(self, f"nested_{next(self._numbers)}")

    def run(self, text: str, values: Sequence[Any] = ()) -> tuple[list[Any], int]:
        """Run a text at once."""
        return _ran(self.driver_connection.database, text, values)

    def _leave(self, *, lost: bool) -> None:
        driver, self.driver_connection, self._open = self.driver_connection, None, False
        if driver is not None:
            self._engine.take_back(driver, lost=lost)

    async def _aboard(self, do: Callable[[], T]) -> T:
        driver = self.driver_connection
        if driver.boarded:
            return do()
        await driver.turn()
        driver.board()
        try:
            return do()
        finally:
            driver.land()

    def _executed(self, asked: Any, parameters: Any) -> Rows:
        for hear in self._told.before_execute:
            hear(self, asked, (), {}, {})
        many = [parameters] if isinstance(parameters, Mapping) else list(parameters or ())
        made, likewise, collected = statement_of(asked, sorted(many[0]) if many else (), self.dialect)
        if not self._open:
            self._begin()
        found: Sequence[Any] = ()
        changed = 0
        for given in many or [None]:
            found, more = self.run(*made.bound(given, likewise, collected))
            changed += more
        return made.result(found, changed)

    def _begin(self) -> None:
        for hear in self._told.begin:
            hear(self)
        self._open = True

    def _end(self, words: str) -> None:
        self._open = False
        if self.driver_connection.database.in_transaction:
            self.run(words)


class Nested:
    """Stands in for the transaction that a savepoint is."""

    def __init__(self, connection: StraightConnection, name: str) -> None:
        self._connection, self._name = connection, name
        connection.run(f"SAVEPOINT {name}")

    def commit(self) -> None:
        self._connection.run(f"RELEASE {self._name}")

    def rollback(self) -> None:
        self._connection.run(f"ROLLBACK TO {self._name}")


STAND_INS: list[tuple[Any, str, Any]] = [(hub.store.engine.sqlite, "await_only", finished)]
