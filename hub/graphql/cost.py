"""What an operation may cost at most: read off its text and variables before anything runs.

A field that yields an object costs one point, or what ``COSTS`` says; what lies below a list counts as often as the
list may be long. Scalars are free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)

from hub.graphql.connection import DEFAULT_SIZE, LARGEST_SIZE

LIST_SIZE = 10
"""How long a list without a size of its own is taken to be."""

COSTS: Mapping[str, int] = {
    "Order.buyer": 3,
    "Query.riskList": 5,
    "Query.channelReport": 20,
    "Query.ossReturn": 20,
    "Query.channelRehearsal": 500,
    "Query.orderRehearsal": 5,
    "Mutation": 10,
    "Subscription": 10,
}
SIZED = ("first", "last", "limit")


@dataclass(frozen=True, slots=True)
class Weight:
    """What a selection amounts to: points, nesting, and fields under another name."""

    points: int = 0
    depth: int = 0
    aliases: int = 0

    def beside(self, other: Weight) -> Weight:
        return Weight(self.points + other.points, max(self.depth, other.depth), self.aliases + other.aliases)


@dataclass(slots=True)
class Scale:
    """Weighs the operations of one document; each fragment is weighed once, however often it is spread."""

    schema: GraphQLSchema
    document: DocumentNode
    variables: Mapping[str, Any]
    deepest: int
    _fragments: dict[str, FragmentDefinitionNode] = field(default_factory=dict)
    _weighed: dict[str, Weight] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = [one for one in self.document.definitions if isinstance(one, FragmentDefinitionNode)]
        self._fragments = {one.name.value: one for one in found}

    def weigh(self, operation: OperationDefinitionNode) -> Weight:
        """Return the weight of one operation; what validation will refuse anyway weighs nothing."""
        root = self.schema.get_root_type(operation.operation)
        return self._selections(operation.selection_set, root, 0)

    def _selections(self, chosen: SelectionSetNode | None, parent: GraphQLNamedType | None, level: int) -> Weight:
        if chosen is None or level > self.deepest:
            return Weight(depth=1 if chosen else 0)
        total = Weight()
        for one in chosen.selections:
            match one:
                case FieldNode():
                    total = total.beside(self._field(one, parent, level))
                case InlineFragmentNode(type_condition=condition):
                    named = self.schema.get_type(condition.name.value) if condition else parent
                    total = total.beside(self._selections(one.selection_set, named, level))
                case FragmentSpreadNode(name=name):
                    total = total.beside(self._spread(name.value, level))
        return total

    def _spread(self, name: str, level: int) -> Weight:
        fragment = self._fragments.get(name)
        if fragment is None:
            return Weight()
        if name not in self._weighed:
            self._weighed[name] = Weight()
            condition = self.schema.get_type(fragment.type_condition.name.value)
            self._weighed[name] = self._selections(fragment.selection_set, condition, level)
        return self._weighed[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, level: int) -> Weight:
        aliases = 1 if node.alias else 0
        definition = getattr(parent, "fields", {}).get(node.name.value)
        if definition is None or parent is None:
            return Weight(aliases=aliases, depth=1)
        named = get_named_type(definition.type)
        if is_leaf_type(named):
            return Weight(aliases=aliases, depth=1)
        below = self._selections(node.selection_set, named, level + 1)
        own = COSTS.get(f"{parent.name}.{node.name.value}", COSTS.get(parent.name, 1))
        times = self._times(node, is_list_type(get_nullable_type(definition.type)), parent, "first" in definition.args)
        return Weight(own + below.points * times, below.depth + 1, below.aliases + aliases)

    def _times(self, node: FieldNode, is_list: bool, parent: GraphQLNamedType, is_connection: bool) -> int:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        for name in SIZED:
            if name in given:
                return self._size(given[name])
        if "ids" in given:
            return self._length(given["ids"])
        if is_connection:
            return DEFAULT_SIZE
        return LIST_SIZE if is_list and not parent.name.endswith("Connection") else 1

    def _size(self, value: Any) -> int:
        match value:
            case IntValueNode(value=digits):
                size: Any = int(digits) if len(digits) < 10 else LARGEST_SIZE
            case VariableNode(name=name):
                size = self.variables.get(name.value, DEFAULT_SIZE)
            case _:
                size = DEFAULT_SIZE
        return min(max(size, 1), LARGEST_SIZE) if isinstance(size, int) else DEFAULT_SIZE

    def _length(self, value: Any) -> int:
        match value:
            case ListValueNode(values=values):
                return max(len(values), 1)
            case VariableNode(name=name):
                given = self.variables.get(name.value)
                return max(len(given), 1) if isinstance(given, list) else 1
        return 1
