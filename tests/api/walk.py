"""Walking the schema: queries that select everything there is to select."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from hub.graphql.schema import make_schema
from tests.api.values import sample

SCHEMA = make_schema()._schema


def documents(root: GraphQLObjectType, keyword: str, ids: Callable[[str], str], levels: int = 1) -> Iterator[str]:
    """Yield one operation per root field, with everything below it selected, so many objects deep."""
    for name, field in root.fields.items():
        named = get_named_type(field.type)
        yield f"{keyword} {{ {name}{arguments(field, ids)} {selection(named, levels)} }}"


def arguments(field: GraphQLField, ids: Callable[[str], str]) -> str:
    """Return arguments for a field: those that are needed."""
    needed = {name: one.type for name, one in field.args.items() if isinstance(one.type, GraphQLNonNull)}
    given = ", ".join(f"{name}: {sample(kind, ids, name)}" for name, kind in needed.items())
    return f"({given})" if given else ""


def selection(kind: GraphQLNamedType, levels: int) -> str:
    """Return a selection of all fields of a type, empty for a scalar."""
    if is_leaf_type(kind):
        return ""
    if isinstance(kind, GraphQLInterfaceType):
        return "{ " + " ".join(f"... on {one.name} {_fields(one, levels)}" for one in _implementations(kind)) + " }"
    return _fields(kind, levels)


def _implementations(kind: GraphQLInterfaceType) -> list[GraphQLNamedType]:
    return [*SCHEMA.get_possible_types(kind)]


def _fields(kind: GraphQLNamedType, levels: int) -> str:
    assert isinstance(kind, GraphQLObjectType)
    chosen = ["__typename"]
    for name, field in kind.fields.items():
        named = get_named_type(field.type)
        if is_leaf_type(named) or levels > 0 or kind.name.endswith(("Connection", "Edge", "Payload")):
            deeper = levels if kind.name.endswith(("Connection", "Edge", "Payload")) else levels - 1
            chosen.append(f"{_alias(kind, name)}{name} {selection(named, deeper)}")
    return "{ " + " ".join(chosen) + " }"


def _alias(kind: GraphQLObjectType, name: str) -> str:
    """Fields of one name and different types must not meet in one answer."""
    return "" if name == "id" else f"{kind.name}_{name}: "
