"""Cursors: the key of a row, opaque to clients, checked when it comes back."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from hub.graphql.errors import BadInput

LARGEST_INTEGER = 2**63 - 1
BASE64 = re.compile(r"[A-Za-z0-9_-]{1,700}={0,2}")


def encode_cursor(key: Sequence[Any]) -> str:
    """Return the cursor of a row with this key."""
    return urlsafe_b64encode(orjson.dumps(list(key))).decode().rstrip("=")


def decode_cursor(cursor: str, types: Sequence[type], argument: str) -> tuple[Any, ...]:
    """Return the key in a cursor; raises ``BadInput`` for anything but a cursor of the same list."""
    try:
        return _key(cursor, types)
    except (ValueError, OverflowError):
        raise BadInput(f"This is not a cursor of this list: {argument}.", argument=argument) from None


def _key(cursor: str, types: Sequence[type]) -> tuple[Any, ...]:
    if not BASE64.fullmatch(cursor):
        raise ValueError("not base64")
    values = orjson.loads(urlsafe_b64decode(cursor.rstrip("=") + "=" * (-len(cursor.rstrip("=")) % 4)))
    if not isinstance(values, list) or len(values) != len(types):
        raise ValueError("another list's cursor")
    return tuple(_value(value, kind) for value, kind in zip(values, types, strict=True))


def _value(value: Any, kind: type) -> Any:
    match value:
        case str() if kind is datetime:
            return _instant(value)
        case str() if kind is str and "\0" not in value:
            return value
        case int() if kind is int and not isinstance(value, bool) and 0 <= value <= LARGEST_INTEGER:
            return value
    raise ValueError("not a key of this list")


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError("no time zone")
    return value.astimezone(UTC)
