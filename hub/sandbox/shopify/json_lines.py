"""The result of a bulk query: every object of a connection on a line of its own, children after their parent."""

from __future__ import annotations

from typing import Any

from hub.sandbox.shopify.problems import Json


def flatten(data: Json) -> list[Json]:
    """Return the lines; a child names its parent's id in ``__parentId``."""
    lines: list[Json] = []
    for value in data.values():
        if _is_connection(value):
            for node in _nodes(value):
                _write(node, None, lines)
        elif isinstance(value, dict):
            _write(value, None, lines)
    return lines


def _write(node: Json, parent: str | None, lines: list[Json]) -> None:
    children: list[Json] = []
    line = {name: value for name, value in node.items() if not _is_connection(value)}
    if parent is not None:
        line["__parentId"] = parent
    lines.append(line)
    for value in node.values():
        if _is_connection(value):
            children += _nodes(value)
    for child in children:
        _write(child, str(node.get("id")), lines)


def _is_connection(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value.keys() & {"edges", "nodes"})
        and value.keys()
        <= {
            "edges",
            "nodes",
            "pageInfo",
        }
    )


def _nodes(value: Json) -> list[Json]:
    return value["nodes"] if "nodes" in value else [edge["node"] for edge in value["edges"]]
