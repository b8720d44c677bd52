"""How the values of a column, as a database's driver gives them, are put into the form of the answer.

What is returned here raises one of ``DOUBTS`` where a value is not what it should be: the usual way then decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from graphql import GraphQLEnumType, GraphQLInt, GraphQLOutputType, get_nullable_type, is_leaf_type, is_non_null_type
from sqlalchemy import Boolean, Column
from sqlalchemy.engine import Dialect

from hub.graphql.listed import Made
from hub.graphql.plain_values import OWN_FORM, Read, leaf
from hub.store.engine import readers_of
from hub.store.types import Instant, Money

Form: TypeAlias = Callable[[Sequence[Any]], Iterable[Any]]
"""The values of a column in the form of the answer."""

LARGEST_INT = 2**31
INSTANT_LENGTH = len("2026-11-23T09:30:00.000000Z")


def form_of(source: Column[Any] | Made, kind: GraphQLOutputType, dialect: Dialect) -> Form | None:
    """Return how a field of this kind shows a column, None where it is neither scalar nor enum."""
    named: Any = get_nullable_type(kind)
    if not is_leaf_type(named):
        return None
    column, make = (source.column, source.make) if isinstance(source, Made) else (source, None)
    (read,) = readers_of([column], dialect)
    shown = _by_value(named) if isinstance(named, GraphQLEnumType) and make is None else leaf(named)
    if shown is None:
        return None
    if make is not None:
        return _each(_made(read, make, shown, is_non_null_type(kind)))
    form = _after(read, shown)
    if dialect.name == "sqlite":
        form = _shortened(column, named.name, form)
    return _column(form, None if read else OWN_FORM.get(named.name), not is_non_null_type(kind), named is GraphQLInt)


def key_form(column: Column[Any], identify: Read | None, dialect: Dialect) -> Form | None:
    """Return how a column is shown as its node's id, None where a type makes its ids in a way of its own."""
    (read,) = readers_of([column], dialect)
    return None if identify is None else _column(_after(read, identify), None, nullable=False, whole=False)


def _after(read: Read | None, form: Read) -> Read:
    """Return a form of what is read first."""
    return form if read is None else lambda value: form(read(value))


def _column(form: Read, own: type | None, nullable: bool, whole: bool) -> Form:
    """Look at all values of a column at once: one of its ``own`` type has its form already, as small integers have."""

    def formed(values: Sequence[Any]) -> Iterable[Any]:
        kinds = set(map(type, values))
        if kinds == {own} or (whole and kinds == {int} and min(values) >= -LARGEST_INT and max(values) < LARGEST_INT):
            return values
        if None not in values:
            return map(form, values)
        if not nullable:
            raise TypeError("null where none may be")
        return [None if value is None else form(value) for value in values]

    return formed


def _each(form: Read) -> Form:
    return lambda values: map(form, values)


def _made(read: Read | None, make: Read, shown: Read, required: bool) -> Read:
    def form(value: Any) -> Any:
        made = make(value if read is None or value is None else read(value))
        if made is None and required:
            raise TypeError("null where none may be")
        return None if made is None else shown(made)

    return form


def _by_value(kind: GraphQLEnumType) -> Read:
    members = getattr(kind, "wrapped_cls", ())
    return {member.value: kind.coerce_output_value(member) for member in members}.__getitem__


def _shortened(column: Column[Any], scalar: str, form: Read) -> Read:
    """Return a shorter way to the same form, for values that SQLite keeps as the answer shows them, or nearly."""
    match column.type, scalar:
        case Instant(), "DateTime":
            return lambda text: text.replace(".000000Z", "Z") if len(text) == INSTANT_LENGTH else form(text)
        case Money(), "Decimal":
            return lambda text: text if text[-3:-2] == "." else form(text)
        case Boolean(), "Boolean":
            return {0: False, 1: True}.__getitem__
    return form
