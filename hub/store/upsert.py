"""Insert-or-update in one statement, the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

ROWS_PER_STATEMENT = 200


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

    All rows must have the same columns, and no key may occur twice in one call.
    """
    for start in range(0, len(rows), ROWS_PER_STATEMENT):
        await connection.execute(_statement(connection, table, rows[start : start + ROWS_PER_STATEMENT], key, keep))


def _statement(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    key: Sequence[str] | None,
    keep: Sequence[str],
) -> Any:
    constructor: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = constructor(table).values([dict(row) for row in rows])
    index = list(key or [column.name for column in table.primary_key])
    fresh = [name for name in rows[0] if name not in index and name not in keep]
    if not fresh:
        return statement.on_conflict_do_nothing(index_elements=index)
    return statement.on_conflict_do_update(
        index_elements=index, set_={name: statement.excluded[name] for name in fresh}
    )
