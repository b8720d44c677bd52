"""Shopify's global ids (``gid://shopify/Order/123``); the hub keeps their numbers."""

from __future__ import annotations

from hub.adapters.fields import Fields, unreadable

START = "gid://shopify/"


def gid(kind: str, number: str | int) -> str:
    """Return the global id of a resource."""
    return f"{START}{kind}/{number}"


def tail(text: str) -> str:
    """Return what follows the last slash of a global id, without parameters."""
    return text.rpartition("/")[2].partition("?")[0]


def number_of(fields: Fields, key: str = "id") -> str:
    """Return the number in a required global id."""
    found = tail(fields.text(key))
    if not found:
        raise unreadable(f"{fields.where}.{key} is no global id")
    return found
