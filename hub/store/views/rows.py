"""Rows found by key, many at once, so that a list of things costs one statement more and not one per thing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection


async def rows_by_key(
    connection: AsyncConnection, tenant_id: str, key: Column[Any], values: Collection[Any], *order: Column[Any]
) -> Sequence[Row[Any]]:
    """Return the tenant's rows whose ``key`` column holds one of the values, in the given order."""
    table = table_of(key)
    statement = select(table).where(table.c.tenant_id == tenant_id, key.in_(values))
    return (await connection.execute(statement.order_by(*order))).all()


async def rows_of_tenant(connection: AsyncConnection, tenant_id: str, table: Table, *where: Any) -> Sequence[Row[Any]]:
    """Return all of the tenant's rows of a table that is small by nature, by primary key."""
    statement = select(table).where(table.c.tenant_id == tenant_id, *where)
    return (await connection.execute(statement.order_by(*table.primary_key.columns))).all()


def table_of(column: Column[Any]) -> Table:
    """Return the table that a column belongs to."""
    table = column.table
    if not isinstance(table, Table):
        raise TypeError(f"{column} belongs to no table")
    return table
