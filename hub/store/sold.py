"""What was wanted of an order when it went to the books, as plain JSON beside the order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from hub.domain.editing import Sold

_SOLD = TypeAdapter(Sold)


def sold_to_json(sold: Sold) -> dict[str, Any]:
    """Return it as plain JSON; amounts as text, so that nothing is rounded."""
    plain: dict[str, Any] = _SOLD.dump_python(sold, mode="json")
    return plain


def sold_from_json(plain: Mapping[str, Any] | None) -> Sold | None:
    """Read it back; None for orders that went before it was kept."""
    return None if plain is None else _SOLD.validate_python(plain)
