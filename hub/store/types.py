"""Column types that mean and order the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Numeric, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import JSON, TypeDecorator, TypeEngine

CENTS = Decimal("0.01")
MICROS = Decimal("0.000001")
LARGEST = Decimal(10**12)


class Instant(TypeDecorator[datetime]):
    """A moment in time: aware datetimes in and UTC out; a naive datetime is a ``ValueError``.

    ``timestamptz`` on PostgreSQL; on SQLite ISO text of fixed width, whose order is the order of time.
    """

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        postgres = dialect.name == "postgresql"
        return dialect.type_descriptor(DateTime(timezone=True) if postgres else String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        return value if dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return instant_of(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Read a value in one step: rows of many instants are read by hundreds."""
        return instant_of


INSTANT = Instant()


class Money(TypeDecorator[Decimal]):
    """An exact amount with at most six decimals; the currency stands in a column of its own.

    ``NUMERIC(18, 6)`` on PostgreSQL, text on SQLite: compare and sum in Python, never in SQL.
    An amount that would be rounded or overflow is a ``ValueError``. Read back with at least two decimals.
    """

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        postgres = dialect.name == "postgresql"
        return dialect.type_descriptor(Numeric(18, 6) if postgres else String(32))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not value.is_finite() or abs(value) >= LARGEST or value != value.quantize(MICROS):
            raise ValueError(f"not an exact amount of at most six decimals: {value}")
        return value if dialect.name == "postgresql" else f"{value:f}"

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else trimmed(Decimal(value))


class Micros(TypeDecorator[Decimal]):
    """An exact amount with at most six decimals, kept as a whole number of millionths: SQL may sum it everywhere.

    An amount that would be rounded or overflow is a ``ValueError``. Read back with at least two decimals.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if not value.is_finite() or abs(value) >= LARGEST or value != value.quantize(MICROS):
            raise ValueError(f"not an exact amount of at most six decimals: {value}")
        return int(value / MICROS)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else trimmed(Decimal(value) * MICROS)


Json: TypeEngine[Any] = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
"""A JSON document: JSONB on PostgreSQL, text on SQLite; the engine reads and writes it with orjson."""


def instant_of(value: Any) -> datetime | None:
    """Return the instant that a database's own value stands for."""
    if value is None:
        return None
    return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)


def instant_text(value: datetime) -> str:
    """Return the fixed-width UTC text that SQLite keeps for an aware datetime."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def trimmed(amount: Decimal) -> Decimal:
    """Return the same amount without idle zeros, yet with at least two decimals."""
    whole = amount.quantize(CENTS)
    return whole if whole == amount else amount.normalize()


def json_text(value: Any) -> str:
    """Return the JSON text of a value; a type JSON does not know is a ``TypeError``."""
    return orjson.dumps(value).decode()


def json_value(text: str | bytes) -> Any:
    """Return the value of a JSON text."""
    return orjson.loads(text)
