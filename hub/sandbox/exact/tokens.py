"""The words of $filter: tokens, and literals that say their own type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hub.sandbox.exact.edm import Edm, guid
from hub.sandbox.exact.errors import Refusal
from hub.sandbox.exact.table import Row

_TOKEN = re.compile(
    r"\s*(?:(?P<guid>guid'[^']*')|(?P<datetime>datetime'[^']*')|(?P<string>'(?:[^']|'')*')"
    r"|(?P<number>-?\d+(?:\.\d+)?[LlMmDd]?(?![\w-]))|(?P<word>[A-Za-z_]\w*)|(?P<mark>[(),]))"
)


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison: a field, or a literal (``field`` is None). ``kind`` None means null."""

    kind: Edm | None
    value: Any = None
    field: str | None = None

    def of(self, row: Row) -> Any:
        return self.value if self.field is None else row.get(self.field)


def syntax() -> Refusal:
    return Refusal(400, "Error in query syntax")


def tokenise(text: str) -> list[tuple[str, str]]:
    """Cut a filter into (kind, text) pairs."""
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise syntax()
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


def literal(kind: str, text: str) -> Operand:
    """Read a typed literal; Refusal 400 where its inside does not fit its type."""
    inner = text[text.index("'") + 1 : -1] if "'" in text else text
    try:
        match kind:
            case "guid":
                return Operand(Edm.GUID, guid(inner))
            case "datetime":
                return Operand(Edm.DATETIME, datetime.fromisoformat(inner).replace(tzinfo=UTC))
            case "string":
                return Operand(Edm.STRING, inner.replace("''", "'"))
        return Operand(Edm.INT64 if text[-1] in "Ll" else Edm.DOUBLE, Decimal(text.rstrip("LlMmDd")))
    except ValueError:
        raise syntax() from None
