"""Insert-or-update in one statement, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


def fitting(text: str | None, length: int) -> str | None:
    """Return a code of a platform as it fits its column, or nothing: cut short it would be another code."""
    return text if text is not None and len(text) <= length else None


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    key: Sequence[str] | None = None,
    keep: Sequence[str] = (),
) -> None:
    """Insert rows; where the key (default: the primary key) exists, update the other columns except ``keep``.

    All rows must have the same columns, each a plain value, and no key may occur twice in one call.
    """
    if rows:
        statement = _statement(connection.dialect.name, table, tuple(rows[0]), key and tuple(key), tuple(keep))
        await connection.execute(statement, rows)


@cache
def _statement(
    dialect: str, table: Table, names: tuple[str, ...], key: tuple[str, ...] | None, keep: tuple[str, ...]
) -> Any:
    """Make a statement for one row, since one whose text holds all rows would be compiled anew every time."""
    constructor: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = constructor(table)
    index = list(key or [column.name for column in table.primary_key])
    fresh = [name for name in names if name not in index and name not in keep]
    if not fresh:
        return statement.on_conflict_do_nothing(index_elements=index)
    return statement.on_conflict_do_update(
        index_elements=index, set_={name: statement.excluded[name] for name in fresh}
    )
