"""Exact's OData dialect: literals for filters, values and envelopes of answers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, TypeAlias
from uuid import UUID

from hub.outcome import Rejected

Row: TypeAlias = Mapping[str, Any]

BATCH = 25
"""Ids in one filter; longer URLs are refused."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIRE_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{4})?\)/")


def text_literal(value: str) -> str:
    """Quote a string for a filter; quotes within are doubled."""
    return "'" + value.replace("'", "''") + "'"


def guid_literal(value: str) -> str:
    """Write a GUID for a filter or a key. Raises Rejected for anything else, so nothing odd reaches a query."""
    try:
        return f"guid'{UUID(value)}'"
    except ValueError as error:
        raise Rejected(f"{value!r} is not an id of Exact", code="bad_id") from error


def int64_literal(value: int) -> str:
    """Write a row version; without the L Exact reads a 32-bit number."""
    return f"{value}L"


def any_guid(field: str, values: Sequence[str]) -> str:
    """Write a filter that holds for rows whose field is one of these GUIDs; at most 25 keep the URL short."""
    return " or ".join(f"{field} eq {guid_literal(value)}" for value in values)


def batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Return ids by as many as one filter takes."""
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def wire_date(instant: datetime, zone: tzinfo) -> str:
    """Write the calendar date of an instant in a zone; zone-less, since Exact shifts dates that carry one."""
    return instant.astimezone(zone).strftime("%Y-%m-%dT00:00:00")


def read_instant(value: object) -> datetime | None:
    r"""Read ``/Date(ms)/`` (UTC epoch milliseconds, an offset suffix is ignored) or null."""
    match = _WIRE_DATE.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=int(match[1]))
    except OverflowError:
        return None


def read_text(row: Row, field: str) -> str:
    """Read a string, without the padding of codes; null and absent are empty."""
    value = row.get(field)
    return str(value).strip() if isinstance(value, str | int) else ""


def read_guid(row: Row, field: str) -> str | None:
    """Read a GUID in lower case; null, absent and malformed are None."""
    try:
        return str(UUID(read_text(row, field)))
    except ValueError:
        return None


def need_guid(row: Row, field: str) -> str:
    """Read a GUID that must be there. Raises Rejected where it is not."""
    value = read_guid(row, field)
    if value is None:
        raise _unreadable(field)
    return value


def read_decimal(row: Row, field: str) -> Decimal | None:
    """Read a number; null and absent are None."""
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def need_decimal(row: Row, field: str) -> Decimal:
    """Read a number that must be there. Raises Rejected where it is not."""
    value = read_decimal(row, field)
    if value is None:
        raise _unreadable(field)
    return value


def read_int(row: Row, field: str) -> int | None:
    """Read a whole number, also an Int64 that comes as a string."""
    value = read_decimal(row, field)
    return int(value) if value is not None else None


def need_int(row: Row, field: str) -> int:
    """Read a whole number that must be there. Raises Rejected where it is not."""
    value = read_int(row, field)
    if value is None:
        raise _unreadable(field)
    return value


def read_flag(row: Row, field: str) -> bool:
    """Read a Boolean or a 0/1 byte; null and absent are false."""
    return row.get(field) in (True, 1, "1", "true")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The rows of an answer and the URL of the next page, whatever shape it came in."""

    rows: tuple[Row, ...]
    next_url: str | None = None


def unwrap(answer: object) -> Envelope:
    """Take rows out of ``{"d": ...}``: an object, ``results`` with ``__next``, or a bare array (with ``$top``)."""
    match answer:
        case {"d": inner}:
            return unwrap_collection(inner)
    raise Rejected("Exact's answer has no 'd'", code="unreadable")


def unwrap_collection(inner: object) -> Envelope:
    """Take rows out of what stands in ``d`` or in an expanded collection."""
    match inner:
        case {"results": list() as rows, "__next": str() as following}:
            return Envelope(_rows(rows), following)
        case {"results": list() as rows}:
            return Envelope(_rows(rows))
        case list() as rows:
            return Envelope(_rows(rows))
        case dict() as row:
            return Envelope((row,))
    raise Rejected("Exact's answer holds no rows", code="unreadable")


def expanded(row: Row, name: str) -> tuple[Row, ...] | None:
    """Return an expanded collection in full, None where only a link or a part of it came."""
    match row.get(name):
        case {"results": list(), "__next": str()}:
            return None
        case {"results": list() as rows}:
            return _rows(rows)
        case list() as rows:
            return _rows(rows)
    return None


def _rows(rows: list[Any]) -> tuple[Row, ...]:
    if all(isinstance(row, dict) for row in rows):
        return tuple(rows)
    raise Rejected("Exact's answer holds rows that are no objects", code="unreadable")


def _unreadable(field: str) -> Rejected:
    return Rejected(f"Exact's answer lacks a readable {field}", code="unreadable")
