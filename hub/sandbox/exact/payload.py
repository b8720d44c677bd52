"""Posted bodies: checked against the field tables before any business rule sees them."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hub.sandbox.exact.division import Division
from hub.sandbox.exact.edm import NAMES, Edm, stored_value
from hub.sandbox.exact.entity import Entity, Field
from hub.sandbox.exact.errors import Refusal, Text, bad_reference, required
from hub.sandbox.exact.table import Row

_STREAM = "Error processing request stream. "


def read_object(body: bytes) -> dict[str, Any]:
    """Parse a body; Refusal 400 unless it is one JSON object."""
    try:
        parsed = json.loads(body, parse_float=Decimal)
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise Refusal(400, f"{_STREAM}The request should be a valid top-level resource object.")
    return parsed


def read_fields(entity: Entity, posted: dict[str, Any]) -> Row:
    """Return the writable values; Refusal 400 for an unknown property or a wrong type. Read-only ones are ignored."""
    values: Row = {}
    for name, value in posted.items():
        field = entity.fields.get(name)
        if field is None:
            raise Refusal(400, f"{_STREAM}The property name '{name}' specified for type '{entity.model}' is not valid.")
        converted = _convert(field, value)
        if field.writable:
            values[name] = converted
    return values


def _convert(field: Field, value: object) -> object:
    try:
        return stored_value(field.kind, value)
    except ValueError:
        pass
    if field.kind is Edm.COLLECTION:
        raise Refusal(400, f"{_STREAM}The request should be a valid top-level resource object.")
    raise Refusal(
        400,
        f"{_STREAM}Error encountered in converting the value from request payload for property '{field.name}' "
        f"to type '{NAMES[field.kind]}', which is the property's expected type. See inner exception for more detail.",
    )


def missing(entity: Entity, values: Row, but: frozenset[str] = frozenset()) -> list[Text]:
    """Return a text for each mandatory field that is absent or empty."""
    return [
        required(name)
        for name, field in entity.fields.items()
        if field.mandatory and name not in but and values.get(name) in (None, "", [])
    ]


def nested(entity: Entity, values: Row, name: str) -> list[Row]:
    """Return the checked rows of a posted collection."""
    rows = []
    for each in values.pop(name, None) or []:
        if not isinstance(each, dict):
            raise Refusal(400, f"{_STREAM}The request should be a valid top-level resource object.")
        rows.append(read_fields(entity, each))
    return rows


class References:
    """Checks GUIDs and codes against the tables of one division and collects what is wrong."""

    def __init__(self, division: Division, elsewhere: Callable[[str, object], bool]) -> None:
        self._division = division
        self._elsewhere = elsewhere
        self.faults: list[Text] = []

    def wanted(self, table: str, field: str, values: Row) -> Row | None:
        """Return the row a field refers to; a dangling reference is a fault."""
        value = values.get(field)
        found = self._division.table(table).get(value)
        if found is None and value is not None:
            self._fault(bad_reference(field))
        return found

    def optional(self, table: str, field: str, values: Row) -> Row | None:
        """Like ``wanted``, but a GUID of another division is silently dropped, as Exact does."""
        if self._elsewhere(table, values.get(field)):
            del values[field]
            return None
        return self.wanted(table, field, values)

    def coded(self, table: str, field: str, values: Row) -> Row | None:
        """Return the row whose code a field holds."""
        code = values.get(field)
        if code is None:
            return None
        found = self._division.table(table).first(Code=str(code).strip())
        if found is None:
            self._fault(bad_reference(field))
        return found

    def note(self, text: Text) -> None:
        self._fault(text)

    def _fault(self, text: Text) -> None:
        if text not in self.faults:
            self.faults.append(text)

    def settle(self) -> None:
        """Raise one refusal for all faults; 500, as every business validation."""
        if self.faults:
            raise Refusal(500, *self.faults)
