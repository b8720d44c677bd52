"""What is hashed of a row of the activity log: one line of JSON, the same whatever database keeps the row.

``handelhub-log/1`` is a JSON array in ASCII without spaces: the name of the encoding, the digest of the row before
(64 zeros before the first), then the columns in the order of ``FIELDS``. Absent values are ``null``, ``at`` is UTC
with six decimals and a ``Z``, ``detail`` is an object with its keys in the order of their code points. Numbers
are the shortest text that reads back as the same double (as Python does), written as integers where they have no
fraction. A row's digest is the SHA-256 of that line in lower-case hex. Rows once written keep their encoding for good.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from hub.store.audit.kept import read
from hub.store.types import instant_text, json_text, json_value

ENCODING = "handelhub-log/1"
GENESIS = "0" * 64
"""What stands for the digest of the row before the first."""

FIELDS = (
    "tenant_id",
    "seq",
    "at",
    "kind",
    "level",
    "channel_id",
    "division",
    "subject_type",
    "subject_id",
    "message",
    "detail",
    "trace_id",
    "actor",
)

_encode = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=repr).encode


def digest_of(row: Mapping[str, Any], previous: str) -> str:
    """Return the digest of a plain row that follows the row with the digest ``previous``."""
    return hashlib.sha256(canonical(row, previous).encode()).hexdigest()


def canonical(row: Mapping[str, Any], previous: str) -> str:
    """Return the line that is hashed; rows that differ in any column never have the same."""
    return _encode([ENCODING, previous, *(_exact(row.get(name)) for name in FIELDS)])


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row with ``at`` as text and ``detail`` as a value, whichever database it comes from.

    What cannot be read, because somebody altered it, stays as it is, and then has another digest.
    """
    found = {name: read(value) for name, value in row.items()}
    return {**found, "at": _instant(found["at"]), "detail": _value(found["detail"])}


def stored_value(detail: Mapping[str, Any]) -> Any:
    """Return a detail as it will be read back; a value that JSON does not know is a ``TypeError``."""
    return json_value(json_text(detail)) if detail else {}


def _instant(value: Any) -> Any:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return value
    return value if moment.tzinfo is None else instant_text(moment)


def _value(detail: Any) -> Any:
    try:
        return json_value(detail) if isinstance(detail, str | bytes) else detail
    except ValueError:
        return detail


def _exact(value: Any) -> Any:
    """Return a value with one number for what JSON may write as 300, 300.0 or 3e2: databases choose for themselves.

    The text counts, not the double: 5.030984239156683e17 comes back from PostgreSQL as the integer 503098423915668300.
    """
    if isinstance(value, float):
        return int(Decimal(repr(value))) if value.is_integer() else value
    if isinstance(value, dict):
        return {name: _exact(one) for name, one in value.items()}
    return [_exact(one) for one in value] if isinstance(value, list) else value
