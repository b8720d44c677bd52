"""Values as Exact's JSON dialect writes and reads them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_DATE = re.compile(r"/Date\((-?\d+)\)/")


class Edm(StrEnum):
    """The EDM types the sandbox knows, by the letter that stands for them in the field tables."""

    GUID = "g"
    STRING = "s"
    DATETIME = "d"
    INT32 = "i"
    INT16 = "h"
    BYTE = "b"
    INT64 = "l"
    DOUBLE = "f"
    BOOLEAN = "t"
    BINARY = "x"
    COLLECTION = "c"


NAMES = {
    Edm.GUID: "Guid",
    Edm.STRING: "String",
    Edm.DATETIME: "DateTime",
    Edm.INT32: "Int32",
    Edm.INT16: "Int16",
    Edm.BYTE: "Byte",
    Edm.INT64: "Int64",
    Edm.DOUBLE: "Double",
    Edm.BOOLEAN: "Boolean",
    Edm.BINARY: "Binary",
    Edm.COLLECTION: "Collection",
}
_RANGES = {Edm.INT32: 2**31, Edm.INT16: 2**15, Edm.INT64: 2**63}


def wire_value(kind: Edm, value: object) -> object:
    """Return what the JSON body carries for a stored value; None stays null."""
    match value:
        case None:
            return None
        case datetime():
            return f"/Date({(value - EPOCH) // timedelta(milliseconds=1)})/"
        case Decimal():
            return float(value)
        case UUID():
            return str(value)
    return str(value) if kind is Edm.INT64 else value


def stored_value(kind: Edm, value: object) -> object:
    """Turn a posted JSON value into a stored one; ValueError where the type does not fit."""
    if value is None:
        return None
    match kind:
        case Edm.GUID:
            return guid(value)
        case Edm.STRING if isinstance(value, int) and not isinstance(value, bool):
            return str(value)  # the ``exactonline`` library has posted payment conditions as numbers for years
        case Edm.STRING | Edm.BINARY:
            return _wanted(value, str)
        case Edm.BOOLEAN:
            return _wanted(value, bool)
        case Edm.DATETIME:
            return moment(value)
        case Edm.DOUBLE:
            return _number(value)
        case Edm.COLLECTION:
            return _wanted(value, list)
    return _whole(kind, value)


def guid(value: object) -> str:
    """Return the lower-case form of a GUID; ValueError for anything else."""
    if not isinstance(value, str) or len(value) != 36:
        raise ValueError(value)
    return str(UUID(value))


def moment(value: object) -> datetime:
    """Read an ISO date or time. Zone-less is taken as it stands; with a zone it moves to local time first."""
    if not isinstance(value, str):
        raise ValueError(value)
    if found := _DATE.fullmatch(value):
        return EPOCH + timedelta(milliseconds=int(found[1]))
    read = datetime.fromisoformat(value)
    if read.tzinfo is not None:
        read = read.astimezone(_AMSTERDAM)
    return read.replace(tzinfo=UTC)


def _wanted(value: object, kind: type) -> object:
    if not isinstance(value, kind):
        raise ValueError(value)
    return value


def _number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(value)
    return Decimal(str(value))


def _whole(kind: Edm, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(value)
    low, high = (0, 256) if kind is Edm.BYTE else (-_RANGES[kind], _RANGES[kind])
    if not low <= value < high:
        raise ValueError(value)
    return value
