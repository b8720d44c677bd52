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
from hub.graphql.listed import Formed, Taken
from hub.graphql.lists_read import ListRead, cursors_in, is_root
from hub.graphql.plain_values import DOUBTS
from hub.graphql.reading import Reading
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
    """Read the window (first, after, last, before) of a statement as a connection of what ``make`` makes of a row.

    The statement of a field of ``Query`` depends on its arguments, the tenant and the role alone, for it may be run
    again for who asks the same.
    """
    part, reading = window_of(order, *window), _reading(info, statement, order)
    if reading is not None:
        taken = await reading.take(info.context.needs.database, part)
        with suppress(*DOUBTS):
            formed: Keyset[NodeType] = _formed(info, reading, part, taken)
            return formed
    page = await info.context.page(statement, order, part)
    made: Keyset[NodeType] = _keyset(page, order, [make(row) for row in page.rows])
    return made


def _reading(info: Info, statement: Select[Any], order: Order) -> Reading | None:
    """Return how to read the list, where no more is asked of it than columns tell."""
    list_asked = None if info.context.list_asked is None else info.context.list_asked()
    if list_asked is None:
        return None
    asked = list_asked(info._raw_info, order, info.context.needs.database.reading_dialect)
    return None if asked is None else Reading(statement, order, asked)


def _formed(info: Info, reading: Reading, window: Window, taken: Taken) -> Any:
    """Return what was read as the answer, and note it where that is all that a field of the operation itself does."""
    answer, raw = reading.asked.form(taken), info._raw_info
    noted = info.context.lists_read
    if noted is not None and is_root(raw):
        name = None if raw.operation.name is None else raw.operation.name.value
        noted.append((answer, ListRead(reading, window, cursors_in(raw), name)))
    return Formed(answer)


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
