"""Lists of which no more is read than was asked for: rows become the form of the answer without an object between.

A type says by ``listed`` which of its fields are columns, or objects made of columns. Where a node is asked for
nothing else, only those columns are read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from graphql import GraphQLEnumType, GraphQLOutputType, get_named_type, is_leaf_type, is_non_null_type
from sqlalchemy import Column

from hub.graphql.plain_values import OWN_FORM, Read, leaf, nullable, present

Listed: TypeAlias = "Mapping[str, Column[Any] | Listed]"


@dataclass(frozen=True, slots=True)
class Formed:
    """Nodes that have the form of the answer."""

    nodes: list[dict[str, Any]]


@dataclass(slots=True)
class Asked:
    """What is asked of each node: the columns to read, in order, and how a row of them is formed."""

    columns: list[Column[Any]] = field(default_factory=list)
    form: Callable[[Any], dict[str, Any]] = dict

    def place(self, column: Column[Any]) -> int:
        """Return the place of a column among those that are read."""
        names = [one.name for one in self.columns]
        if column.name not in names:
            self.columns.append(column)
        return [*names, column.name].index(column.name)


def at(place: int, form: Read, as_it_is: type | None = None) -> Read:
    """Read the value at a place of the row; one of the type ``as_it_is`` has its form already."""

    def read(row: Any) -> Any:
        value = row[place]
        return value if type(value) is as_it_is else form(value)

    return read


def together(parts: Mapping[str, Read]) -> Callable[[Any], dict[str, Any]]:
    """Return how a row becomes an object with these fields."""
    found = list(parts.items())
    return lambda row: {name: read(row) for name, read in found}


def as_it_is(kind: GraphQLOutputType) -> type | None:
    """Return the type of values that a scalar shows as they are."""
    named = get_named_type(kind)
    return OWN_FORM.get(named.name) if is_leaf_type(named) else None


def stored(kind: GraphQLOutputType) -> Read | None:
    """Return the form of a value as the store gives it, None where it is neither scalar nor a member of an enum."""
    if is_non_null_type(kind):
        inner = _bare(kind.of_type)
        return None if inner is None else present(inner)
    inner = _bare(kind)
    return None if inner is None else nullable(inner)


def _bare(kind: Any) -> Read | None:
    if isinstance(kind, GraphQLEnumType):
        members = getattr(kind, "wrapped_cls", ())
        return {member.value: kind.coerce_output_value(member) for member in members}.__getitem__
    return leaf(kind)
