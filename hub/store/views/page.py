"""Keyset pages: a page begins after the key of a row, so that no row is shown twice or skipped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import BindParameter, ColumnElement, Row, Select, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.engine import rows_at_once

T = TypeVar("T")
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """The columns that order a list, the last of them unique, all in one direction; ``types`` are those of a key."""

    columns: tuple[ColumnElement[Any], ...]
    types: tuple[type, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of a list to read: ``size`` rows between two keys, counted from the end when ``backward``."""

    size: int
    after: Key | None = None
    before: Key | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the list's own order, and whether more lie on either side."""

    rows: Sequence[Row[Any]]
    has_next: bool
    has_previous: bool


async def read_page(connection: AsyncConnection, statement: Select[Any], order: Order, window: Window) -> Page:
    """Return one window of what ``statement`` selects, in ``order``."""
    rows, has_next, has_previous = paged(await rows_at_once(connection, in_window(statement, order, window)), window)
    return Page(rows, has_next, has_previous)


def in_window(statement: Select[Any], order: Order, window: Window) -> Select[Any]:
    """Return the statement for one window and one row more, which tells whether it goes on.

    Keys may be parameters in the place of values.
    """
    down = order.descending != window.backward
    for key, beyond in ((window.after, not order.descending), (window.before, order.descending)):
        if key is not None:
            statement = statement.where(_beyond(order, key, beyond))
    ordered = statement.order_by(*(column.desc() if down else column.asc() for column in order.columns))
    return ordered.limit(window.size + 1)


def paged(rows: Sequence[T], window: Window) -> tuple[Sequence[T], bool, bool]:
    """Return the rows of a window in the list's own order, and whether there are more after them and before."""
    more, rows = len(rows) > window.size, rows[: window.size]
    if window.backward:
        return rows[::-1], window.before is not None, more
    return rows, more, window.after is not None


def _beyond(order: Order, key: Key, above: bool) -> ColumnElement[bool]:
    here = tuple_(*order.columns)
    there = tuple_(*(_placed(value, column) for value, column in zip(key, order.columns, strict=True)))
    return here > there if above else here < there


def _placed(value: Any, column: ColumnElement[Any]) -> ColumnElement[Any]:
    return value if isinstance(value, BindParameter) else literal(value, column.type)
