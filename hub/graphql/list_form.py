"""How what is asked of a connection is formed of rows, found out once per document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import GraphQLObjectType, GraphQLResolveInfo, get_named_type, is_object_type
from graphql.execution.collect_fields import FieldDetails
from sqlalchemy import Column
from sqlalchemy.engine import Dialect

from hub.graphql.cursor import encode_cursor
from hub.graphql.listed import Asked, Cells, Listed, Made, Part, Source, Taken, Where, always, together, where
from hub.graphql.plain_values import DEFINITION, identified
from hub.graphql.stored_values import form_of, key_form
from hub.store.engine import readers_of
from hub.store.views.page import Order

Subfields: TypeAlias = Callable[[GraphQLObjectType, Any], Any]
"""graphql-core's own: which fields are chosen of a type, by the name that the answer gives them."""
OfPage: TypeAlias = Callable[[Taken], Any]


@dataclass(slots=True)
class ListForm:
    """Finds out what to read for a connection; every method returns None where that is more than columns tell."""

    subfields: Subfields
    order: Order
    dialect: Dialect
    columns: list[Column[Any]] = field(default_factory=list)

    def asked(self, info: GraphQLResolveInfo[Any]) -> Asked | None:
        """Return what is asked of the connection that is being resolved."""
        kind = get_named_type(info.return_type)
        if not is_object_type(kind):
            return None
        parts = self._each(kind, [FieldDetails(node, None) for node in info.field_nodes], self._of_connection)
        if not parts:
            return None
        for column in self.order.columns:
            self._place(column)
        shown = list(parts.items())
        return Asked(self.columns, lambda taken: {name: part(taken) for name, part in shown})

    def _each(
        self, kind: GraphQLObjectType, details: Any, part: Callable[[GraphQLObjectType, str, Any], Any]
    ) -> Mapping[str, Any] | None:
        fields, deferred, *_ = self.subfields(kind, details)
        found = {name: part(kind, one[0].node.name.value, one) for name, one in fields.items()}
        return None if deferred or not found or None in found.values() else found

    def _of_connection(self, kind: GraphQLObjectType, name: str, details: Any) -> OfPage | None:
        below: Any = None if name == "__typename" else get_named_type(kind.fields[name].type)
        match name:
            case "__typename":
                return lambda _: kind.name
            case "nodes":
                return _listed(self._object(below, details, _listed_fields(below)))
            case "edges":
                parts = self._each(below, details, self._of_edge)
                return None if parts is None else _listed(together(parts))
            case "pageInfo":
                told = self._each(below, details, self._of_page_info)
                return None if told is None else lambda taken: {name: part(taken) for name, part in told.items()}
        return None

    def _of_edge(self, kind: GraphQLObjectType, name: str, details: Any) -> Part | None:
        match name:
            case "__typename":
                return always(kind.name)
            case "cursor":
                key = self._key()
                return lambda cells: [encode_cursor(values) for values in zip(*key(cells), strict=True)]
            case "node":
                below: Any = get_named_type(kind.fields[name].type)
                return self._object(below, details, _listed_fields(below))
        return None

    def _of_page_info(self, kind: GraphQLObjectType, name: str, _: Any) -> OfPage | None:
        key = self._key()

        def cursor(cells: Cells, row: int) -> str | None:
            found = key([column[row:][:1] for column in cells])
            return encode_cursor([value for (value,) in found]) if cells[0] else None

        found: dict[str, OfPage] = {
            "__typename": lambda _: kind.name,
            "hasNextPage": lambda taken: taken.has_next,
            "hasPreviousPage": lambda taken: taken.has_previous,
            "startCursor": lambda taken: cursor(taken.cells, 0),
            "endCursor": lambda taken: cursor(taken.cells, -1),
        }
        return found.get(name)

    def _key(self) -> Callable[[Cells], list[list[Any]]]:
        """Return how the keys of rows are read, column by column."""
        places = [self._place(column) for column in self.order.columns]
        reads = list(zip(places, readers_of(self.order.columns, self.dialect), strict=True))
        return lambda cells: [
            list(cells[place]) if read is None else [read(value) for value in cells[place]] for place, read in reads
        ]

    def _object(self, kind: GraphQLObjectType, details: Any, listed: Listed) -> Part | None:
        found = self._each(kind, details, lambda parent, name, one: self._of_row(parent, name, one, listed.get(name)))
        return None if found is None else together(found)

    def _of_row(self, parent: GraphQLObjectType, name: str, details: Any, source: Source | None) -> Part | None:
        if name == "__typename":
            return always(parent.name)
        kind = parent.fields[name].type
        match source:
            case None:
                return None
            case Where():
                inner = self._object(get_named_type(kind), details, source.fields)
                return None if inner is None else where(self._place(source.column), inner)
            case Column() | Made():
                return self._column(parent, name, kind, source)
        return self._object(get_named_type(kind), details, source)

    def _column(self, parent: GraphQLObjectType, name: str, kind: Any, source: Column[Any] | Made) -> Part | None:
        column = source.column if isinstance(source, Made) else source
        own = name == "id"
        form = key_form(column, identified(parent), self.dialect) if own else form_of(source, kind, self.dialect)
        if form is None:
            return None
        place = self._place(column)
        return lambda cells: form(cells[place])

    def _place(self, column: Any) -> int:
        """Return the place of a column among those that are read."""
        names = [one.name for one in self.columns]
        if column.name not in names:
            self.columns.append(column)
        return [*names, column.name].index(column.name)


def _listed_fields(kind: GraphQLObjectType) -> Listed:
    found: Listed = getattr(kind.extensions[DEFINITION].origin, "listed", {})
    return found


def _listed(part: Part | None) -> OfPage | None:
    return None if part is None else lambda taken: list(part(taken.cells))
