"""One caller's unit of work inside a shared transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import Executable

from hub.clock import Clock
from hub.store.engine.connect import Savepoint, begin_alone, savepoint_of

Parameters: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
Flush: TypeAlias = Callable[[AsyncConnection, list[Any]], Awaitable[None]]
Whole: TypeAlias = Callable[[AsyncConnection, list[Any]], Awaitable[bool]]

_wholes: dict[Flush, Whole] = {}


def also_whole(whole: Whole) -> Callable[[Flush], Flush]:
    """Mark a flush whose rows, where a group holds nothing else, can be written as a transaction of their own.

    ``whole`` does that and returns whether it did; where it did not, nothing is written, and the flush is called.
    """

    def mark(flush: Flush) -> Flush:
        _wholes[flush] = whole
        return flush

    return mark


def whole_for(flush: Flush) -> Whole | None:
    """Return what writes the rows of a flush as a transaction of their own, if anything."""
    return _wholes.get(flush)


class Draft:
    """What is left for the end of a group's transaction, and told after it; nothing here touches the database."""

    __slots__ = ("after", "clock", "deferred", "signals")

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.deferred: list[tuple[int, Flush, Any]] = []
        self.signals: list[tuple[str, Hashable]] = []
        self.after: list[Callable[[], None]] = []

    def defer(self, flush: Flush, row: Any, *, order: int = 0) -> None:
        """Leave a row for the end of the group, where ``flush`` is called once with the rows of all works.

        Flushes run by ``order``, then by name; mailboxes come last, so that actor rows are the last locks taken.
        They may run again after a conflict, with the same rows.
        """
        self.deferred.append((order, flush, row))

    def signal(self, topic: str, key: Hashable) -> None:
        """Tell the topic's listeners of this key once the group is durable."""
        self.signals.append((topic, key))

    def after_commit(self, action: Callable[[], None]) -> None:
        """Call ``action`` once the group is durable; it must be quick and must not raise."""
        self.after.append(action)


class Work(Draft):
    """What one caller reads, writes and leaves for the end of the group's transaction.

    A work may run again after a conflict, so it must do nothing outside the database. Its statements stand in
    a savepoint of their own, opened before the first one: a work that only defers never touches the database.

    Statements that go past SQLAlchemy open none: a work reads by them, or writes what stands or falls with its group.
    """

    __slots__ = ("alone", "connection", "entered", "savepoint")

    def __init__(self, connection: AsyncConnection, clock: Clock, *, alone: bool) -> None:
        super().__init__(clock)
        self.connection = connection
        self.alone = alone
        self.entered = False
        self.savepoint: Savepoint | None = None

    @property
    def dialect(self) -> str:
        """The database's name: ``sqlite`` or ``postgresql``."""
        return self.connection.dialect.name

    async def execute(self, statement: Executable, parameters: Parameters | None = None) -> CursorResult[Any]:
        """Run one statement, or many rows of one, and return its buffered result."""
        return await self.connection.execute(statement, parameters)

    async def scalar(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Any:
        """Run one statement and return the first column of its first row, or None."""
        return await self.connection.scalar(statement, parameters)

    def enter(self, connection: Connection) -> None:
        """Open the savepoint that keeps this work's statements apart from its group's; alone it needs none."""
        if self.entered:
            return
        self.entered = True
        if self.alone:
            begin_alone(connection)
        else:
            self.savepoint = savepoint_of(connection)

    async def keep(self) -> None:
        """Let this work's statements stand as part of the group."""
        if self.savepoint is not None:
            await self.savepoint.keep(self.connection)

    async def undo(self) -> None:
        """Take back this work's statements; a work alone leaves that to its transaction."""
        if self.savepoint is not None:
            await self.savepoint.undo(self.connection)
