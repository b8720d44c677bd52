"""What was found out about an operation's selections, kept for those who ask the same again.

Parsed documents are kept, so an operation is known by its identity, and a selection by the identities of its fields.
What is skipped or included depends on variables that are true or false, and on no others.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from typing import Any, TypeAlias

from graphql import GraphQLSchema, OperationDefinitionNode

from hub.graphql.remembered import DOCUMENTS, LONGEST

Plans: TypeAlias = dict[Hashable, Any]

_plans: OrderedDict[Hashable, tuple[Plans, GraphQLSchema, OperationDefinitionNode]] = OrderedDict()


def plans_of(schema: GraphQLSchema, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Plans:
    """Return the plans of an operation, to be looked at and added to; of a long text they are its own."""
    if operation.loc is None or len(operation.loc.source.body) > LONGEST:
        return {}
    switches = tuple((name, value) for name, value in variables.items() if value is True or value is False)
    place = (id(schema), id(operation), switches)
    found = _plans.get(place)
    if found is None:
        found = _plans[place] = ({}, schema, operation)
        if len(_plans) > DOCUMENTS:
            _plans.popitem(last=False)
    else:
        _plans.move_to_end(place)
    return found[0]
