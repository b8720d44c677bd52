"""Global ids as Shopify writes them."""

from __future__ import annotations

import re

from hub.sandbox.shopify.problems import not_found

FORM = re.compile(r"gid://shopify/(?P<kind>\w+)/(?P<number>\d+)(?:\?.*)?")


def gid(kind: str, number: int) -> str:
    """Return the global id of an object."""
    return f"gid://shopify/{kind}/{number}"


def number_of(text: str, kind: str | None = None) -> int:
    """Return the number in a global id; raises RESOURCE_NOT_FOUND where it is garbled, zero or of another kind."""
    found = FORM.fullmatch(text)
    if found is None or int(found["number"]) == 0 or kind not in (None, found["kind"]):
        raise not_found(text)
    return int(found["number"])


def kind_of(text: str) -> str:
    """Return the kind in a global id; raises RESOURCE_NOT_FOUND where there is none."""
    found = FORM.fullmatch(text)
    if found is None:
        raise not_found(text)
    return found["kind"]
