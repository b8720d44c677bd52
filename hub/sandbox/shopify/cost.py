"""What an operation costs: reckoned before it runs, and again from what it returned.

Source: the recorded costs of real calls (2026-04). Scalars are free, objects cost 1, a page costs 2 and a factor
that grows with the logarithm of its size, a mutation 10 with its payload's own objects, a count 10.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import ceil, log2
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
)

MUTATION = 10
COUNT = 10
PAGE = 2
FREE = frozenset({"MoneyBag", "MoneyV2", "PageInfo"})


def factor(size: int) -> int:
    """Return how often the contents of a page count."""
    return max(1, ceil(log2(size))) if size > 0 else 0


class Cost:
    """Reckons one operation; ``variables`` tell the page sizes."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._schema, self._variables = schema, variables
        self._fragments = {
            each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)
        }

    def requested(self, operation: OperationDefinitionNode) -> int:
        """Return the cost that is reserved before the operation runs."""
        root = self._schema.get_root_type(operation.operation)
        return sum(self._field(field, parent) for field, parent in self._fields(operation.selection_set, root))

    def actual(self, operation: OperationDefinitionNode, data: Mapping[str, Any] | None) -> int:
        """Return the cost of what came back."""
        root = self._schema.get_root_type(operation.operation)
        return self._returned(operation.selection_set, root, data or {}, top=True)

    def _fields(
        self, selections: SelectionSetNode | None, parent: GraphQLNamedType | None
    ) -> Iterator[tuple[FieldNode, GraphQLNamedType | None]]:
        for each in selections.selections if selections else ():
            if isinstance(each, FieldNode):
                yield each, parent
            elif isinstance(each, InlineFragmentNode):
                name = each.type_condition.name.value if each.type_condition else None
                yield from self._fields(each.selection_set, self._schema.get_type(name) if name else parent)
            elif isinstance(each, FragmentSpreadNode):
                found = self._fragments[each.name.value]
                yield from self._fields(found.selection_set, self._schema.get_type(found.type_condition.name.value))

    def _type(self, field: FieldNode, parent: GraphQLNamedType | None) -> GraphQLNamedType | None:
        known = getattr(parent, "fields", {}).get(field.name.value)
        return get_named_type(known.type) if known is not None else None

    def _field(self, field: FieldNode, parent: GraphQLNamedType | None) -> int:
        kind = self._type(field, parent)
        if kind is None or is_leaf_type(kind):
            return 0
        if parent is self._schema.mutation_type:
            return self._payload(field, kind)
        if kind.name.endswith("Connection"):
            return PAGE + factor(self._size(field)) * (1 + self._contents(field, kind))
        return _own(kind) + self._inner(field, kind)

    def _payload(self, field: FieldNode, kind: GraphQLNamedType) -> int:
        inner = 0
        for child, parent in self._fields(field.selection_set, kind):
            own = self._type(child, parent)
            if own is not None and not is_leaf_type(own):
                inner += self._field(child, parent) - _own(own)
        return MUTATION + inner

    def _inner(self, field: FieldNode, kind: GraphQLNamedType) -> int:
        return sum(self._field(child, parent) for child, parent in self._fields(field.selection_set, kind))

    def _contents(self, field: FieldNode, kind: GraphQLNamedType) -> int:
        """Return the cost below ``nodes`` and ``edges.node`` of a page."""
        inner = 0
        for child, parent in self._fields(field.selection_set, kind):
            own = self._type(child, parent)
            if own is not None and child.name.value in ("nodes", "edges"):
                inner += self._inner(child, own) - (1 if child.name.value == "edges" and _asks(child, "node") else 0)
        return inner

    def _size(self, field: FieldNode) -> int:
        for name in ("first", "last"):
            for argument in field.arguments or ():
                if argument.name.value == name and (size := self._integer(argument.value)) is not None:
                    return size
        return 1

    def _integer(self, node: Any) -> int | None:
        if isinstance(node, VariableNode):
            value = self._variables.get(node.name.value)
            return value if isinstance(value, int) else None
        return int(node.value) if isinstance(node, IntValueNode) else None

    def _returned(
        self, selections: SelectionSetNode | None, kind: GraphQLNamedType | None, data: Any, *, top: bool = False
    ) -> int:
        total = 0
        for field, parent in self._fields(selections, kind):
            value = data.get(field.alias.value if field.alias else field.name.value) if isinstance(data, dict) else None
            total += self._value(field, parent, value, top=top)
        return total

    def _value(self, field: FieldNode, parent: GraphQLNamedType | None, value: Any, *, top: bool) -> int:
        kind = self._type(field, parent)
        if kind is None or is_leaf_type(kind):
            return 0
        if parent is self._schema.mutation_type:
            inner = self._returned(field.selection_set, kind, value) - _objects(value)
            return MUTATION + max(0, inner)
        if not value:
            return 0
        value = value[0] if isinstance(value, list) else value
        if kind.name.endswith("Connection"):
            rows = value.get("nodes") or value.get("edges") or []
            below = self._returned(field.selection_set, kind, value)
            return PAGE + (factor(len(rows)) * max(1, below) if rows else 0)
        return _own(kind) + self._returned(field.selection_set, kind, value)


def _own(kind: GraphQLNamedType) -> int:
    if kind.name in FREE or kind.name.endswith("UserError"):
        return 0
    if kind.name == "Count":
        return COUNT
    return 1 if isinstance(kind, GraphQLObjectType) or not is_leaf_type(kind) else 0


def _asks(field: FieldNode, name: str) -> bool:
    selections = field.selection_set.selections if field.selection_set else ()
    return any(isinstance(each, FieldNode) and each.name.value == name for each in selections)


def _objects(payload: Any) -> int:
    """Count the objects that a payload itself holds; the price of the mutation covers them."""
    if not isinstance(payload, dict):
        return 0
    return sum(isinstance(value, dict) for value in payload.values())
