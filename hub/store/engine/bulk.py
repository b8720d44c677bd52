"""Inserts of many rows without SQLAlchemy's questions about every value, for where rows come by thousands."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.engine.arrays import Row
from hub.store.engine.prepared import direct

MOST_ROWS = 64
FEW = 8
PARAMETER = re.compile(r"\$(\d+)::(TIMESTAMP WITH TIME ZONE|[A-Z]+)")
"""As SQLAlchemy writes one for PostgreSQL, with its type."""


class BulkInsert:
    """One insert for both databases; rows are tuples in the order of ``columns``, of values as drivers take them.

    ``make`` is given the SQLAlchemy module of a dialect, and returns an insert of one row. ``columns`` names its
    parameters in the order of the statement; where they are not the columns themselves, ``make`` has them as
    ``bindparam`` among its values. No two rows of a run may be of one key, where rows in the way are changed:
    PostgreSQL refuses that. ``tells`` are the columns that ``tell`` returns.
    """

    def __init__(self, make: Callable[[Any], Any], columns: Sequence[str], tells: Sequence[Any] = ()) -> None:
        self._statements = {"postgresql": make(postgresql), "sqlite": make(sqlite)}
        self._columns = list(columns)
        self._tells = tells
        self._texts: dict[tuple[str, bool], str] = {}

    async def run(self, connection: AsyncConnection, rows: Sequence[Row]) -> None:
        """Insert the rows in their order."""
        await self._run(connection, rows, self._text(connection.dialect, tells=False))

    async def tell(self, connection: AsyncConnection, rows: Sequence[Row]) -> list[Row] | None:
        """Insert the rows, and return what became of them; None where that would cost too much to ask.

        SQLite's driver waits for Python's lock before each row that it returns.
        """
        if connection.dialect.name == "sqlite" and len(rows) > FEW:
            await self.run(connection, rows)
            return None
        return await self._run(connection, rows, self._text(connection.dialect, tells=True))

    async def _run(self, connection: AsyncConnection, rows: Sequence[Row], text: str) -> list[Row]:
        if connection.dialect.name == "sqlite":
            return [
                found
                for chunk in portions(rows)
                for found in await direct(connection, repeated(text, len(chunk)), [*chain.from_iterable(chunk)])
            ]
        if not rows:
            return []
        return await direct(connection, from_arrays(text, tuple(self._columns)), [*zip(*rows, strict=True)])

    def _text(self, dialect: Dialect, *, tells: bool) -> str:
        place = (dialect.name, tells)
        if place not in self._texts:
            statement = self._statements[dialect.name]
            statement = statement.returning(*self._tells) if tells else statement
            named = None if statement._values else self._columns
            compiled = statement.compile(dialect=dialect, column_keys=named)
            if compiled.positiontup != self._columns:
                raise TypeError(f"not the parameters of this insert: {compiled.positiontup}")
            self._texts[place] = compiled.string
        return self._texts[place]


def portions(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield the rows in groups of few distinct sizes, so that prepared statements are found again."""
    start = 0
    while left := len(rows) - start:
        size = left if left < FEW else min(MOST_ROWS, left - left % FEW)
        yield rows[start : start + size]
        start += size


@cache
def repeated(text: str, rows: int) -> str:
    """Return an insert for so many rows at once: between two of them SQLite's thread would wait for Python's lock."""
    head, values, rest = text.partition(" VALUES ")
    row, conflict, end = rest.partition(" ON CONFLICT ")
    return head + values + ", ".join([row] * rows) + conflict + end


@cache
def from_arrays(text: str, columns: tuple[str, ...]) -> str:
    """Return an insert of any number of rows for PostgreSQL, given as one array per column: it runs once for all."""
    head, _, rest = text.partition(" VALUES (")
    values, conflict, end = rest.partition(" ON CONFLICT ")
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in PARAMETER.findall(values))
    chosen = PARAMETER.sub(lambda found: f"given.{columns[int(found[1]) - 1]}", values.removesuffix(")"))
    return f"{head} SELECT {chosen} FROM unnest({arrays}) AS given({', '.join(columns)}){conflict}{end}"  # noqa: S608
