"""Frozen dataclasses as JSON and back, by their annotations."""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Literal, NewType, Union, get_args, get_origin, get_type_hints

Decoder = Callable[[Any], Any]
PLAIN = frozenset({str, int, bool, type(None)})


class Unreadable(Exception):
    """A stored message does not have the shape that its kind has in this version of the hub."""


def encode(value: Any) -> Any:
    """Return a value as plain JSON data; a type that cannot be read back is a ``TypeError``."""
    kind: Any = type(value)
    if kind in PLAIN:
        return value
    if kind is datetime:
        return value.isoformat()
    names = names_of(kind)
    return _encode(value) if names is None else {name: encode(getattr(value, name)) for name in names}


@cache
def names_of(kind: Any) -> tuple[str, ...] | None:
    """Return the field names of a dataclass, None for any other type."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


def _encode(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case int() | str():
            return value
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            return [encode(item) for item in value]
        case Mapping():
            return {str(name): encode(item) for name, item in value.items()}
        case _:
            raise TypeError(f"a message cannot carry {type(value).__name__}")


def decode(kind: Any, data: Any) -> Any:
    """Return the value of a type from plain JSON data, or raise ``Unreadable``; unknown fields are ignored."""
    try:
        return decoder(kind)(data)
    except (TypeError, ValueError, KeyError, ArithmeticError) as error:
        raise Unreadable(f"{kind.__name__}: {error!r}") from error


@cache
def decoder(kind: Any) -> Decoder:
    """Return what reads values of an annotation."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in (str, int, bool, type(None)):
        return lambda data: exactly(kind, data)
    if kind is Any or origin is Literal:
        return lambda data: data
    if kind is Decimal:
        return lambda data: Decimal(exactly(str, data))
    if kind in (datetime, date):
        return lambda data: kind.fromisoformat(data)
    if origin in (Union, types.UnionType):
        return choice(arguments)
    if origin in (list, tuple):
        return sequence(origin, arguments)
    if origin in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
        value = decoder(arguments[1])
        return lambda data: {name: value(item) for name, item in data.items()}
    return named(kind)


def named(kind: Any) -> Decoder:
    if isinstance(kind, NewType):
        return decoder(kind.__supertype__)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if is_dataclass(kind) and isinstance(kind, type):
        return record(kind)
    raise TypeError(f"a message cannot carry {kind}")


def exactly(kind: type[Any], data: Any) -> Any:
    if type(data) is not kind:
        raise TypeError(f"{data!r} is not {kind.__name__}")
    return data


def choice(arguments: tuple[Any, ...]) -> Decoder:
    others = [decoder(argument) for argument in arguments if argument is not type(None)]
    optional = len(others) < len(arguments)
    if len(others) != 1:
        raise TypeError("a message's field has one type, or that type and None")
    return lambda data: None if data is None and optional else others[0](data)


def sequence(origin: Callable[[Any], Any], arguments: tuple[Any, ...]) -> Decoder:
    if origin is tuple and arguments[-1] is not Ellipsis:
        items = [decoder(argument) for argument in arguments]
        return lambda data: tuple(read(item) for read, item in zip(items, data, strict=True))
    item = decoder(arguments[0])
    return lambda data: origin(item(one) for one in exactly(list, data))


def record(kind: type[Any]) -> Decoder:
    readers: dict[str, Decoder] = {}

    def read(data: Any) -> Any:
        if not readers:
            hints = get_type_hints(kind)
            readers.update({field.name: decoder(hints[field.name]) for field in fields(kind)})
        return kind(**{name: read_one(data[name]) for name, read_one in readers.items() if name in data})

    return read
