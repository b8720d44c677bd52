"""How the shop reads numbers: strictly in a single PUT, and as PHP casts them inside a batch."""

from __future__ import annotations

import re
from typing import Any

from hub.sandbox.woocommerce.answers import Trouble

LEADING_NUMBER = re.compile(r"\s*([+-]?\d+)")
WHOLE = re.compile(r"[+-]?\d+")


def loose_integer(value: Any) -> int:
    """Cast like PHP's ``intval``: text counts as far as it is a number, the rest is zero."""
    match value:
        case bool() | int() | float():
            return int(value)
        case str():
            found = LEADING_NUMBER.match(value)
            return int(found[1]) if found else 0
        case _:
            return 0


def strict_integer(name: str, value: Any) -> int:
    """Read an integer as the schema demands it; whole numbers as text pass, null becomes zero."""
    match value:
        case None:
            return 0
        case bool():
            raise _not_integer(name)
        case int():
            return value
        case float() if value.is_integer():
            return int(value)
        case str() if WHOLE.fullmatch(value):
            return int(value)
        case _:
            raise _not_integer(name)


def loose_boolean(value: Any) -> bool:
    """Cast as WooCommerce does for flags: yes, true, 1 and ``"on"``."""
    return value.lower() in ("yes", "true", "1", "on") if isinstance(value, str) else bool(value)


def _not_integer(name: str) -> Trouble:
    message = f"{name} is not of type integer."
    detail = {"code": "rest_invalid_type", "message": message, "data": {"param": name}}
    return Trouble(
        "rest_invalid_param", f"Invalid parameter(s): {name}", 400, params={name: message}, details={name: detail}
    )
