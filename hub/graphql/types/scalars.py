"""Scalars with meaning: exact decimals and instants with a time zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

LARGEST = Decimal(10**12)
MICROS = Decimal("0.000001")


def _decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, str | int) or len(str(value)) > 32:
        raise GraphQLError('Give a decimal as text, such as "12.50".')
    try:
        amount = Decimal(value)
    except InvalidOperation:
        raise GraphQLError('Give a decimal as text, such as "12.50".') from None
    if not amount.is_finite() or abs(amount) >= LARGEST or amount != amount.quantize(MICROS):
        raise GraphQLError("A decimal has at most twelve digits before and six after the point.")
    return amount


def _instant(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise GraphQLError("Give an instant as ISO 8601 with a time zone, such as 2026-11-23T09:30:00Z.")


def _instant_text(value: datetime) -> str:
    moment = value if value.tzinfo is UTC else value.astimezone(UTC)
    return moment.isoformat().replace("+00:00", "Z")


SCALARS: Mapping[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number as text; never a float.",
        serialize=lambda value: format(value, "f"),
        parse_value=_decimal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant as ISO 8601 text in UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time",
        serialize=_instant_text,
        parse_value=_instant,
    ),
}
