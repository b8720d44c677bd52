"""Limits on one operation: how deep, how wide, how dear; what it cost is told in ``extensions.cost``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import GraphQLError, OperationDefinitionNode, OperationType
from strawberry.extensions import SchemaExtension

from hub.graphql.bounds import Limits
from hub.graphql.context import ApiContext
from hub.graphql.cost import Scale, Weight
from hub.graphql.errors import BadInput, TooExpensive
from hub.graphql.permissions import refused, role_needed
from hub.graphql.remembered import holds_zero_byte


class OperationLimits(SchemaExtension):
    """Refuses, before validation and execution, an operation that is too large or not for this principal."""

    def __init__(self) -> None:
        self._weight: Weight | None = None

    @property
    def _limits(self) -> Limits:
        limits: Limits = self.execution_context.context.needs.limits
        return limits

    def on_operation(self) -> Iterator[None]:
        self.execution_context.parse_options["max_tokens"] = self._limits.tokens
        yield

    def on_validate(self) -> Iterator[None]:
        errors = list(self._errors())
        if errors:
            self.execution_context.pre_execution_errors = errors
        yield

    def get_results(self) -> dict[str, Any]:
        if self._weight is None:
            return {}
        return {"cost": {"requested": self._weight.points, "limit": self._limits.cost}}

    def _errors(self) -> Iterator[GraphQLError]:
        context = self.execution_context
        if context.graphql_document is None:
            return
        yield from _zero_bytes(context.graphql_document, context.variables or {})
        scale = Scale(
            context.schema._schema,
            context.graphql_document,
            context.variables or {},
            self._limits.depth,
        )
        operations = [one for one in context.graphql_document.definitions if isinstance(one, OperationDefinitionNode)]
        if len(operations) > 1 and context._provided_operation_name is None:
            yield BadInput("The document has several operations: say which by operationName.")
        for operation in operations:
            if len(operations) == 1 or (operation.name and operation.name.value == context.operation_name):
                self._weight = scale.weigh(operation)
                yield from self._excesses(self._weight)
                yield from self._refusals(context.context, operation)

    def _excesses(self, weight: Weight) -> Iterator[GraphQLError]:
        limits = self._limits
        if weight.depth > limits.depth:
            yield TooExpensive(f"The operation is nested more than {limits.depth} levels deep.")
        if weight.aliases > limits.aliases:
            yield TooExpensive(f"The operation has {weight.aliases} aliases; {limits.aliases} are allowed.")
        if weight.points > limits.cost:
            message = f"The operation may cost {weight.points} points; {limits.cost} are allowed."
            yield TooExpensive(message, cost=weight.points, limit=limits.cost)

    def _refusals(self, context: ApiContext, operation: OperationDefinitionNode) -> Iterator[GraphQLError]:
        """Refuse a change as a whole before any of it is made."""
        if operation.operation is not OperationType.MUTATION:
            return
        schema = self.execution_context.schema
        for one in operation.selection_set.selections:
            name = getattr(getattr(one, "name", None), "value", "")
            field = schema.get_field_for_type(name, "Mutation")
            needed = None if field is None else role_needed(field)
            if needed is not None and not context.who.role.includes(needed):
                yield refused(needed)


def _zero_bytes(document: Any, variables: Mapping[str, Any]) -> Iterator[GraphQLError]:
    """No text of ours holds a zero byte, and PostgreSQL refuses one: say so before it does."""
    if holds_zero_byte(document) or _holds_zero(variables):
        yield BadInput("No text may hold a zero byte.")


def _holds_zero(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(_holds_zero(one) for one in value.values())
        case list():
            return any(_holds_zero(one) for one in value)
    return False
