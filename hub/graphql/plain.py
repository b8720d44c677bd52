"""Fields that are read off an object, without asking the executor about each of them.

A list of a hundred rows with ten fields is a thousand questions with one answer: take the attribute, put it into its
form. What is plain is found out once per document; all else goes the usual way, and so does every object about which
the short way has a doubt, so that errors are the executor's own.
"""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    is_list_type,
    is_non_null_type,
    is_object_type,
)
from sqlalchemy.engine import Dialect
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from hub.graphql.list_form import ListForm
from hub.graphql.listed import Asked, Formed
from hub.graphql.plain_memory import plans_of
from hub.graphql.plain_values import DEFINITION, DOUBTS, Read, each, leaf, nullable, present, taken, typed
from hub.store.views.page import Order

Fields: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a selection of one type is read: plain fields by name, and those that go the usual way."""

    plain: dict[str, tuple[Read, Read]]
    rest: Fields

    def read(self, source: Any) -> dict[str, Any]:
        """Return the plain fields of an object; raises one of ``DOUBTS`` where the usual way must decide."""
        return {name: form(take(source)) for name, (take, form) in self.plain.items()}


class PlainExecutor(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's executor, with a short way through plain fields."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if self.middleware_manager is not None and not self.middleware_manager.middlewares:
            self.middleware_manager = None
        self._plans = plans_of(self.schema, self.operation, self.variable_values.coerced)

    def execute_fields(
        self, parent_type: GraphQLObjectType, source_value: Any, path: Any, grouped_field_set: Any, *given: Any
    ) -> Any:
        """Read what is plain, and execute the rest."""
        if type(source_value) is Formed:
            return source_value.answer
        plan = self._plan(parent_type, grouped_field_set)
        try:
            plain = plan.read(source_value)
        except DOUBTS:
            return super().execute_fields(parent_type, source_value, path, grouped_field_set, *given)
        if not plan.rest:
            return plain
        rest = super().execute_fields(parent_type, source_value, path, plan.rest, *given)
        if self.is_awaitable(rest):
            return _awaited(grouped_field_set, plain, cast("Awaitable[Fields]", rest))
        return _ordered(grouped_field_set, plain, cast("Fields", rest))

    def _plan(self, parent: GraphQLObjectType, fields: Fields) -> Plan:
        place = (parent, *fields, *(id(one.node) for details in fields.values() for one in details))
        known = self._plans.get(place)
        if known is None:
            known = self._plans[place] = self._made(parent, fields)
        found: Plan = known
        return found

    def _made(self, parent: GraphQLObjectType, fields: Fields) -> Plan:
        found = {} if self.middleware_manager else {name: self._reader(parent, one) for name, one in fields.items()}
        plain = {name: reader for name, reader in found.items() if reader is not None}
        return Plan(plain, {name: details for name, details in fields.items() if name not in plain})

    def _reader(self, parent: GraphQLObjectType, details: Any) -> tuple[Read, Read] | None:
        """Return how to take one field of an object and how to form it, None where it is not plain."""
        if details[0].node.name.value == "__typename":
            return (lambda _: parent.name), str
        definition = self.schema.get_field(parent, details[0].node.name.value)
        field = None if definition is None else definition.extensions.get(DEFINITION)
        take = None if field is None else taken(parent, field)
        form = None if definition is None or take is None else self._form(definition.type, details)
        return None if take is None or form is None else (take, form)

    def _form(self, kind: GraphQLOutputType, details: Any) -> Read | None:
        """Return how a value is put into its form, None where that takes more than looking at it."""
        if is_non_null_type(kind):
            inner = self._bare_form(kind.of_type, details)
            return None if inner is None else present(inner)
        inner = self._bare_form(kind, details)
        return None if inner is None else nullable(inner)

    def _bare_form(self, kind: GraphQLOutputType, details: Any) -> Read | None:
        if is_list_type(kind):
            inner = self._form(kind.of_type, details)
            return None if inner is None else each(inner)
        return self._object_form(kind, details) if is_object_type(kind) else leaf(kind)

    def _object_form(self, kind: GraphQLObjectType, details: Any) -> Read | None:
        fields, deferred, *_ = self.collect_subfields(kind, details)
        plan = self._plan(kind, fields)
        return None if plan.rest or deferred else typed(kind, plan.read)

    def list_asked(self, info: GraphQLResolveInfo[Any], order: Order, dialect: Dialect) -> Asked | None:
        """Return what is asked of a connection in this order, None where that is more than columns tell."""
        place = ("list", dialect.name, *(id(node) for node in info.field_nodes))
        if place not in self._plans:
            self._plans[place] = ListForm(self.collect_subfields, order, dialect).asked(info)
        asked: Asked | None = self._plans[place]
        return asked


async def _awaited(order: Fields, plain: Fields, rest: Awaitable[Fields]) -> Fields:
    return _ordered(order, plain, await rest)


def _ordered(order: Fields, plain: Fields, rest: Fields) -> Fields:
    """Return fields in the order in which they were asked for."""
    return {name: plain[name] if name in plain else rest[name] for name in order if name in plain or name in rest}
