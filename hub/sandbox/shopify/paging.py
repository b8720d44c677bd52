"""Connections: keyset cursors, pages of at most 250, and an end after 25,000 objects."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hub.sandbox.shopify.context import Info
from hub.sandbox.shopify.problems import Json, top_error

T = TypeVar("T")
Key = tuple[Any, int]
LARGEST_PAGE = 250


def connection(info: Info, items: Sequence[T], show: Callable[[T], Json], key: Callable[[T], Key], args: Json) -> Json:
    """Return one page of ``items``, ordered by ``key``; in a bulk operation everything is one page."""
    rows = sorted(items, key=key, reverse=bool(args.get("reverse")))
    reachable = rows if info.context.bulk else rows[: info.context.pagination_limit]
    page = rows if info.context.bulk else _page(reachable, key, args)
    nodes = [show(row) for row in page]
    cursors = [_cursor(key(row)) for row in page]
    return {
        "nodes": nodes,
        "edges": [{"node": node, "cursor": cursor} for node, cursor in zip(nodes, cursors, strict=True)],
        "pageInfo": {
            "hasNextPage": bool(page) and page[-1] is not reachable[-1],
            "hasPreviousPage": bool(page) and page[0] is not rows[0],
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def by_number(each: Any) -> Key:
    """Order by the number in an object's id."""
    return each.number, each.number


def _page(rows: list[T], key: Callable[[T], Key], args: Json) -> list[T]:
    first, last = args.get("first"), args.get("last")
    if first is None and last is None:
        raise top_error("BAD_REQUEST", "you must provide one of first or last")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= LARGEST_PAGE:
            raise top_error("BAD_REQUEST", f"{name} must be between 0 and {LARGEST_PAGE}")
    reverse = bool(args.get("reverse"))
    after, before = (_read(args[name]) if args.get(name) is not None else None for name in ("after", "before"))
    left = [row for row in rows if _within(key(row), after, before, reverse=reverse)]
    if first is not None:
        left = left[:first]
    return left[-last:] if last else left


def _within(key: Key, after: Key | None, before: Key | None, *, reverse: bool) -> bool:
    if after is not None and not _beyond(key, after, reverse=reverse):
        return False
    return before is None or _beyond(before, key, reverse=reverse)


def _beyond(key: Key, other: Key, *, reverse: bool) -> bool:
    return key < other if reverse else key > other


def _cursor(key: Key) -> str:
    value, number = key
    return base64.b64encode(json.dumps({"last_id": number, "last_value": value}).encode()).decode()


def _read(cursor: str) -> Key:
    try:
        told = json.loads(base64.b64decode(cursor, validate=True))
        return told["last_value"], told["last_id"]
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise top_error("BAD_REQUEST", f"Invalid cursor: {cursor}") from None
