"""Many rows in one step: SQLite's driver lets go of Python's lock before every row and waits to have it back.

While the process is busy with other requests, a page of a hundred rows waits for it a hundred times. As one JSON text
it waits once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Float, LargeBinary, Row, Select, Text, column, func, select
from sqlalchemy.engine import result_tuple
from sqlalchemy.ext.asyncio import AsyncConnection

PACKED = 64
"""SQLite takes at most 127 arguments in a call; wider rows come one by one."""


async def rows_at_once(connection: AsyncConnection, statement: Select[Any]) -> Sequence[Row[Any]]:
    """Return all rows of a statement, in its order."""
    columns = list(statement.selected_columns)
    names = [one.name for one in columns]
    if connection.dialect.name != "sqlite" or not _is_packable(columns, names):
        rows: Sequence[Row[Any]] = (await connection.execute(statement)).all()
        return rows
    fields = [column(name, Text) for name in names]
    packed = select(func.json_group_array(func.json_array(*fields))).select_from(statement.subquery())
    text: str = (await connection.execute(packed)).scalar_one()
    make, readers = result_tuple(names), _readers(connection, columns)
    found: list[Row[Any]] = [make(_read(values, readers)) for values in orjson.loads(text)]
    return found


def _is_packable(columns: Sequence[Any], names: Sequence[str]) -> bool:
    """Say whether JSON can hold the rows as they are."""
    exact = not any(isinstance(one.type, LargeBinary | Float) for one in columns)
    return exact and len(names) <= PACKED and len(set(names)) == len(names)


def _readers(connection: AsyncConnection, columns: Sequence[Any]) -> list[tuple[int, Any]]:
    dialect = connection.dialect
    found = [one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns]
    return [(place, read) for place, read in enumerate(found) if read is not None]


def _read(values: list[Any], readers: Sequence[tuple[int, Any]]) -> tuple[Any, ...]:
    for place, read in readers:
        if values[place] is not None:
            values[place] = read(values[place])
    return tuple(values)
