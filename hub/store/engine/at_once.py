"""Many rows in one step: SQLite's driver lets go of Python's lock before every row and waits to have it back.

While the process is busy with other requests, a page of a hundred rows waits for it a hundred times. As one JSON text
it waits once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import Float, LargeBinary, Row, Select, Text, column, func, select
from sqlalchemy.engine import Dialect, result_tuple
from sqlalchemy.ext.asyncio import AsyncConnection

PACKED = 64
"""SQLite takes at most 127 arguments in a call; wider rows come one by one."""

NUMERIC = 1700
"""PostgreSQL's number of the type of all our exact columns; only their reader asks which it is."""


async def rows_at_once(connection: AsyncConnection, statement: Select[Any]) -> Sequence[Row[Any]]:
    """Return all rows of a statement, in its order."""
    whole = packed(statement, connection.dialect)
    if whole is None:
        rows: Sequence[Row[Any]] = (await connection.execute(statement)).all()
        return rows
    columns = list(statement.selected_columns)
    text: str = (await connection.execute(whole)).scalar_one()
    make = result_tuple([one.name for one in columns])
    readers = [(place, read) for place, read in enumerate(readers_of(columns, connection.dialect)) if read is not None]
    found: list[Row[Any]] = [make(_read(values, readers)) for values in orjson.loads(text)]
    return found


def packed(statement: Select[Any], dialect: Dialect) -> Select[Any] | None:
    """Return the statement that gives all rows as one JSON text, None where the rows are to come one by one."""
    columns = list(statement.selected_columns)
    names = [one.name for one in columns]
    if dialect.name != "sqlite" or not _is_packable(columns, names):
        return None
    fields = [column(name, Text) for name in names]
    return select(func.json_group_array(func.json_array(*fields))).select_from(statement.subquery())


def readers_of(columns: Sequence[Any], dialect: Dialect) -> list[Callable[[Any], Any] | None]:
    """Return how the values of each column are read, None where they are as the driver gives them."""
    return [one.type.dialect_impl(dialect).result_processor(dialect, NUMERIC) for one in columns]


def _is_packable(columns: Sequence[Any], names: Sequence[str]) -> bool:
    """Say whether JSON can hold the rows as they are."""
    exact = not any(isinstance(one.type, LargeBinary | Float) for one in columns)
    return exact and len(names) <= PACKED and len(set(names)) == len(names)


def _read(values: list[Any], readers: Sequence[tuple[int, Any]]) -> tuple[Any, ...]:
    for place, read in readers:
        if values[place] is not None:
            values[place] = read(values[place])
    return tuple(values)
