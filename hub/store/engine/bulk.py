"""Inserts of many rows without SQLAlchemy's questions about every value, for where rows come by thousands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.engine.prepared import Row, direct

MOST_ROWS = 64


class BulkInsert:
    """One insert for both databases; rows are tuples in the order of ``columns``, of values as drivers take them.

    ``make`` is given the SQLAlchemy module of a dialect, and returns a statement without other parameters.
    """

    def __init__(self, make: Callable[[Any], Any], columns: Sequence[str]) -> None:
        self._statements = {"postgresql": make(postgresql), "sqlite": make(sqlite)}
        self._columns = list(columns)
        self._texts: dict[str, str] = {}

    async def run(self, connection: AsyncConnection, rows: Sequence[Row]) -> None:
        """Insert the rows in their order."""
        text = self._text(connection.dialect)
        if connection.dialect.name == "sqlite":
            for chunk in halves(rows):
                values = tuple(value for row in chunk for value in row)
                await direct(connection, repeated(text, len(self._columns), len(chunk)), values)
        elif rows:
            await connection.exec_driver_sql(text, list(rows))

    def _text(self, dialect: Dialect) -> str:
        if dialect.name not in self._texts:
            compiled = self._statements[dialect.name].compile(dialect=dialect, column_keys=self._columns)
            if compiled.positiontup != self._columns:
                raise TypeError(f"not the parameters of this insert: {compiled.positiontup}")
            self._texts[dialect.name] = compiled.string
        return self._texts[dialect.name]


def halves(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Yield the rows in groups of few distinct sizes, powers of two, so that prepared statements are found again."""
    start = 0
    while start < len(rows):
        size = min(MOST_ROWS, 1 << (len(rows) - start).bit_length() - 1)
        yield rows[start : start + size]
        start += size


@cache
def repeated(text: str, columns: int, rows: int) -> str:
    """Return an insert for so many rows at once: between two of them SQLite's thread would wait for Python's lock."""
    one = f"({', '.join('?' * columns)})"
    return text.replace(one, ", ".join([one] * rows), 1)
