"""How plain values are taken from their object and put into the form of the answer.

What is returned here raises where a value is not what it should be: the executor then decides, and words the error.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeAlias, cast

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLID,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
)
from strawberry import relay
from strawberry.types.field import StrawberryField

Read: TypeAlias = Callable[[Any], Any]
DEFINITION = "strawberry-definition"
DOUBTS = (ArithmeticError, AttributeError, GraphQLError, LookupError, TypeError, ValueError)
USUAL_ID = relay.Node.__dict__["resolve_id"].__func__
OWN_FORM = {GraphQLString.name: str, GraphQLID.name: str, GraphQLBoolean.name: bool}
"""Scalars whose values are already what the answer shows."""


def taken(parent: GraphQLObjectType, field: StrawberryField) -> Read | None:
    """Return how a field is got from its object: an attribute, a method that asks for nothing, or a node's id."""
    method = field.base_resolver
    if field.extensions or field.arguments:
        return None
    if method is None:
        return attrgetter(field.python_name)
    if getattr(method.wrapped_func, "__qualname__", "") == relay.Node.__name__ + "._id":
        return _id_of(parent)
    if method.is_async or method.info_parameter or not method.self_parameter:
        return None
    asked: Read = cast("Read", method.wrapped_func)
    return asked


def _id_of(parent: GraphQLObjectType) -> Read | None:
    """Return how a node's opaque id is made of the node."""
    form = identified(parent)
    if form is None:
        return None
    key = attrgetter(parent.extensions[DEFINITION].origin.resolve_id_attr())
    return lambda source: form(key(source))


def identified(parent: GraphQLObjectType) -> Read | None:
    """Return how an opaque id is made of the node's own, as ``relay.Node`` does; None where a type does it its way."""
    if parent.extensions[DEFINITION].origin.resolve_id.__func__ is not USUAL_ID:
        return None
    kind = parent.name
    return lambda key: b2a_base64(f"{kind}:{key}".encode(), newline=False).decode()


def nullable(inner: Read) -> Read:
    """Let null through."""
    return lambda value: None if value is None else inner(value)


def present(inner: Read) -> Read:
    """Refuse null."""

    def form(value: Any) -> Any:
        if value is None:
            raise TypeError("null where none may be")
        return inner(value)

    return form


def leaf(kind: GraphQLOutputType) -> Read | None:
    """Return the form of a scalar or an enum's member, None for anything else."""
    if isinstance(kind, GraphQLEnumType):
        members = getattr(kind, "wrapped_cls", ())
        return {member: kind.coerce_output_value(member) for member in members}.__getitem__
    if not isinstance(kind, GraphQLScalarType):
        return None
    own, coerce = OWN_FORM.get(kind.name), kind.coerce_output_value

    def form(value: Any) -> Any:
        if type(value) is own:
            return value
        found = coerce(value)
        if found is None or found is Undefined:
            raise TypeError("no value of this scalar")
        return found

    return form


def each(inner: Read) -> Read:
    """Return the form of a list."""

    def form(values: Any) -> list[Any]:
        if type(values) is not list:
            raise TypeError("no list")
        return [inner(value) for value in values]

    return form


def typed(kind: GraphQLObjectType, inner: Read) -> Read:
    """Return the form of an object of exactly this type; a generic one is made as the class that it is a case of."""
    definition = kind.extensions[DEFINITION]
    origin = (definition.concrete_of or definition).origin

    def form(value: Any) -> Any:
        if type(value) is not origin:
            raise TypeError("another type")
        return inner(value)

    return form
