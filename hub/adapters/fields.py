"""Reading a platform's JSON: strict about what the hub needs, silent about the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from hub.outcome import Rejected

MOST_DIGITS = 18
"""Amounts and counts beyond this are nonsense, and expensive to calculate with."""


def unreadable(what: str) -> Rejected:
    """Return the refusal of an answer that lacks what the hub needs."""
    return Rejected(f"{what} in the platform's answer", code="unreadable_answer")


def parse(text: str | bytes) -> Any:
    """Parse JSON with its fractions as Decimal; raises ValueError where it is no JSON, or nested beyond reason."""
    try:
        return json.loads(text, parse_float=Decimal)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object and where it stands. Required values that are missing or odd raise ``Rejected``."""

    values: Mapping[str, Any]
    where: str

    @classmethod
    def of(cls, value: object, where: str) -> Fields:
        if not isinstance(value, Mapping):
            raise unreadable(f"{where} is no object")
        return cls(value, where)

    def _missing(self, key: str) -> Rejected:
        return unreadable(f"{self.where}.{key} is missing or unusable")

    def text(self, key: str) -> str:
        """Return a required text; numbers count, as ids come both ways."""
        found = self.maybe_text(key)
        if found is None:
            raise self._missing(key)
        return found

    def maybe_text(self, key: str) -> str | None:
        """Return a text without surrounding blanks; None where absent or empty."""
        match self.values.get(key):
            case bool() | None:
                return None
            case str(text):
                return _storable(text).strip() or None
            case int(number):
                return str(number)
            case _:
                return None

    def verbatim(self, key: str) -> str | None:
        """Return a text with its blanks and case as they stand, as keys chosen by a seller need; None where empty."""
        value = self.values.get(key)
        return _storable(value) or None if isinstance(value, str) else None

    def amount(self, key: str) -> Decimal:
        """Return a required amount, whether the platform writes it as a number or as a text."""
        found = self.maybe_amount(key)
        if found is None:
            raise self._missing(key)
        return found

    def maybe_amount(self, key: str) -> Decimal | None:
        value = self.values.get(key)
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal) or value == "":
            return None
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            raise self._missing(key) from None
        if not amount.is_finite() or amount.adjusted() > MOST_DIGITS:
            raise self._missing(key)
        return amount

    def count(self, key: str, default: int | None = None) -> int:
        """Return a whole number; without a default it is required."""
        found = self.maybe_amount(key)
        if found is None and default is not None:
            return default
        if found is None or found != found.to_integral_value():
            raise self._missing(key)
        return int(found)

    def flag(self, key: str) -> bool:
        return self.values.get(key) is True

    def maybe_instant(self, key: str, zone: tzinfo = UTC) -> datetime | None:
        """Return an ISO 8601 instant in UTC; one without an offset is read in ``zone``."""
        text = self.maybe_text(key)
        if text is None:
            return None
        try:
            found = datetime.fromisoformat(text)
            return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self._missing(key) from None

    def maybe_day(self, key: str, zone: tzinfo) -> datetime | None:
        """Return the moment, in UTC, at which a calendar day begins in ``zone``."""
        text = self.maybe_text(key)
        if text is None:
            return None
        try:
            return datetime.combine(date.fromisoformat(text[:10]), time.min, zone).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self._missing(key) from None

    def maybe_child(self, key: str) -> Fields | None:
        value = self.values.get(key)
        return Fields(value, f"{self.where}.{key}") if isinstance(value, Mapping) else None

    def children(self, key: str) -> list[Fields]:
        """Return the objects of a list; none where the list is absent or null."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self._missing(key)
        return [Fields.of(each, f"{self.where}.{key}[{index}]") for index, each in enumerate(value)]


def _storable(text: str) -> str:
    """Return a text that every database takes: without NUL, and half surrogate pairs shown as such."""
    return text.replace("\x00", "").encode(errors="replace").decode()
