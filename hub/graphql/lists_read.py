"""Lists that were read for root fields of an operation, and which of its variables say where they begin or end."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLResolveInfo, NamedTypeNode, OperationType, VariableNode

from hub.graphql.cursor import decode_cursor
from hub.graphql.reading import Reading
from hub.store.engine import Database
from hub.store.views.page import Window

SIDES = ("after", "before")


@dataclass(frozen=True, slots=True)
class ListRead:
    """A list that was read for a root field; ``cursors`` are variables that only say ``after`` or ``before``."""

    reading: Reading
    window: Window
    cursors: Mapping[str, str]
    operation: str | None

    async def read(self, database: Database, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the list shows now, in its window for these variables; raises one of ``DOUBTS`` if need be."""
        return self.reading.asked.form(await self.reading.take(database, self._window(variables)))

    def _window(self, variables: Mapping[str, Any]) -> Window:
        types = self.reading.order.types
        given = {side: variables.get(name) for side, name in self.cursors.items()}
        keys: Any = {side: None if one is None else decode_cursor(one, types, side) for side, one in given.items()}
        return replace(self.window, **keys) if keys else self.window


def is_root(info: GraphQLResolveInfo[Any]) -> bool:
    """Say whether a field is one of a query's own."""
    return info.path.prev is None and info.operation.operation is OperationType.QUERY


def cursors_in(info: GraphQLResolveInfo[Any]) -> Mapping[str, str]:
    """Return the variables that say where the list of a field begins or ends, and nothing else, by argument."""
    given = [(one.name.value, one.value) for one in info.field_nodes[0].arguments or ()]
    named = {side: one.name.value for side, one in given if side in SIDES and isinstance(one, VariableNode)}
    return {side: name for side, name in named.items() if _is_free(info, name)}


def _is_free(info: GraphQLResolveInfo[Any], name: str) -> bool:
    """Say whether a variable is nullable, without a default, and stands nowhere but where it is declared and here."""
    operation = info.operation
    declared = [one for one in operation.variable_definitions or () if one.variable.name.value == name]
    text = "" if operation.loc is None else operation.loc.source.body
    usual = all(isinstance(one.type, NamedTypeNode) and one.default_value is None for one in declared)
    return usual and len(re.findall(rf"\${name}\b", text)) == 2
