"""Relay connections over keyset pages: 50 rows unless asked otherwise, never more than 100."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Annotated, Any, TypeAlias

import strawberry
from sqlalchemy import Row, Select
from strawberry import relay
from strawberry.relay import NodeType

from hub.graphql.context import Info
from hub.graphql.cursor import decode_cursor, encode_cursor
from hub.graphql.errors import BadInput
from hub.graphql.listed import Asked, Formed
from hub.graphql.plain_values import DOUBTS
from hub.store.views.page import Order, Page, Window

DEFAULT_SIZE = 50
LARGEST_SIZE = 100

First: TypeAlias = Annotated[
    int | None, strawberry.argument(description="At most this many from the start; 50 unless given, never over 100.")
]
After: TypeAlias = Annotated[str | None, strawberry.argument(description="Begin after the row with this cursor.")]
Last: TypeAlias = Annotated[
    int | None, strawberry.argument(description="At most this many from the end; not together with `first`.")
]
Before: TypeAlias = Annotated[str | None, strawberry.argument(description="End before the row with this cursor.")]


def _edges(self: Keyset[NodeType]) -> list[relay.Edge[NodeType]]:
    return [relay.Edge(cursor=self.cursor(row), node=node) for row, node in zip(self.rows, self.nodes, strict=True)]


@strawberry.type(name="Connection", description="A list, read page by page.")
class Keyset(relay.Connection[NodeType]):
    """A connection whose cursors hold the sort values of a row; they are made for those who ask."""

    edges: list[relay.Edge[NodeType]] = strawberry.field(
        resolver=_edges, description="Contains the nodes in this connection"
    )
    nodes: list[NodeType] = strawberry.field(description="The rows alone, for callers that need no cursors.")
    rows: strawberry.Private[Sequence[Row[Any]]]
    cursor: strawberry.Private[Callable[[Row[Any]], str]]


def window_of(order: Order, first: int | None, after: str | None, last: int | None, before: str | None) -> Window:
    """Return the window that the four arguments ask for; raises ``BadInput`` for arguments that make none."""
    if first is not None and last is not None:
        raise BadInput("Give first or last, not both.", argument="last")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= LARGEST_SIZE:
            raise BadInput(f"{name} must be from 0 to {LARGEST_SIZE}.", argument=name)
    return Window(
        size=first if first is not None else last if last is not None else DEFAULT_SIZE,
        after=None if after is None else decode_cursor(after, order.types, "after"),
        before=None if before is None else decode_cursor(before, order.types, "before"),
        backward=last is not None,
    )


async def connect(
    info: Info,
    make: Callable[[Row[Any]], NodeType],
    statement: Select[Any],
    order: Order,
    *window: Any,
) -> Keyset[NodeType]:
    """Read the window (first, after, last, before) of a statement as a connection of what ``make`` makes of a row."""
    part, asked = window_of(order, *window), _asked(info)
    if asked is not None:
        page = await info.context.page(statement.with_only_columns(*_read(asked, order)), order, part)
        with suppress(*DOUBTS):
            formed: Keyset[NodeType] = _keyset(page, order, Formed([asked.form(row) for row in page.rows]))
            return formed
    page = await info.context.page(statement, order, part)
    made: Keyset[NodeType] = _keyset(page, order, [make(row) for row in page.rows])
    return made


def _asked(info: Info) -> Asked | None:
    nodes_asked = None if info.context.nodes_asked is None else info.context.nodes_asked()
    return None if nodes_asked is None else nodes_asked(info._raw_info)


def _read(asked: Asked, order: Order) -> list[Any]:
    """Return the columns to read: those asked for, and those that make a cursor."""
    names = {column.name for column in asked.columns}
    return [*asked.columns, *(one for one in order.columns if getattr(one, "name", "") not in names)]


def _keyset(page: Page, order: Order, nodes: Any) -> Any:
    rows, names = page.rows, [getattr(column, "name", "") for column in order.columns]

    def cursor(row: Row[Any]) -> str:
        return encode_cursor([row._mapping[name] for name in names])

    return Keyset(
        page_info=relay.PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=cursor(rows[0]) if rows else None,
            end_cursor=cursor(rows[-1]) if rows else None,
        ),
        nodes=nodes,
        rows=rows,
        cursor=cursor,
    )
