"""Sample values for any input type, as GraphQL literals."""

from __future__ import annotations

from collections.abc import Callable

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInputType, GraphQLList, GraphQLNonNull

SAMPLES = {
    "String": '"x"',
    "Int": "1",
    "Float": "60.0",
    "Boolean": "true",
    "Decimal": '"0.21"',
    "DateTime": '"2026-11-23T12:00:00Z"',
    "Date": '"2026-11-23"',
}
NAMED = {"from": '"2026-11-01"', "until": '"2026-12-01"', "quarter": '"2026-Q4"'}
"""What fits one argument and no other of its type."""
Ids = Callable[[str], str]


def any_id(name: str) -> str:
    """Return an id of nothing, whatever it is for."""
    return "T3JkZXI6bm9uZQ=="


def sample(kind: GraphQLInputType, ids: Ids = any_id, name: str = "", *, whole: bool = False) -> str:
    """Return a literal of a type, ids by the name of their field; the smallest one, or ``whole`` with every field."""
    match kind:
        case GraphQLNonNull(of_type=inner):
            return sample(inner, ids, name, whole=whole)
        case GraphQLList(of_type=inner):
            return f"[{sample(inner, ids, name, whole=whole)}]"
        case GraphQLInputObjectType(fields=fields):
            wanted = {
                one: field.type for one, field in fields.items() if whole or isinstance(field.type, GraphQLNonNull)
            }
            return (
                "{" + ", ".join(f"{one}: {sample(inner, ids, one, whole=whole)}" for one, inner in wanted.items()) + "}"
            )
        case GraphQLEnumType(values=values):
            first: str = next(iter(values))
            return first
    return f'"{ids(name)}"' if str(kind) == "ID" else NAMED.get(name, SAMPLES[str(kind)])
