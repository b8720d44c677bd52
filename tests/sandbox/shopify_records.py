"""Answers that Shopify itself gave, as oracles; read where they lie, never copied."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parents[2].parent / "shared" / "contracts" / "shopify" / "recorded"
needs_records = pytest.mark.skipif(not FOLDER.exists(), reason=f"the recordings in {FOLDER} are absent")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def record(name: str) -> Any:
    """Return one file of recordings."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def answer_of(call: Any) -> Any:
    """Return the body of a recorded answer, whichever way it was written down."""
    found = call.get("response")
    while isinstance(found, dict) and not found.keys() & {"data", "errors"}:
        found = found.get("body") or found.get("payload")
    return found


def calls() -> Iterator[tuple[str, Any, Any]]:
    """Return every recorded call: its document, its variables and the answer."""
    seen: set[str] = set()
    for path in sorted(FOLDER.glob("*.json")):
        for call in _walk(json.loads(path.read_text())):
            answer = answer_of(call)
            if answer and "cost" in answer.get("extensions", {}) and call["query"] not in seen:
                seen.add(call["query"])
                yield call["query"], call.get("variables") or {}, answer


def _walk(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        if isinstance(node.get("query"), str) and "response" in node:
            yield node
        for each in node.values():
            yield from _walk(each)
    elif isinstance(node, list):
        for each in node:
            yield from _walk(each)


def masked(node: Any) -> Any:
    """Replace what differs from shop to shop: numbers in ids, instants, names of places."""
    if isinstance(node, dict):
        free = {"title", "createdAt"} | ({"name"} if "id" in node else set())
        return {name: "…" if name in free and value else masked(value) for name, value in node.items()}
    if isinstance(node, list):
        return [masked(each) for each in node]
    if isinstance(node, str):
        return STAMP.sub("…", re.sub(r"\d{6,}", "9", node))
    return node


def renamed(node: Any, names: dict[str, str]) -> Any:
    """Replace recorded ids by those of the sandbox."""
    if isinstance(node, dict):
        return {name: renamed(value, names) for name, value in node.items()}
    if isinstance(node, list):
        return [renamed(each, names) for each in node]
    return names.get(node, node) if isinstance(node, str) else node
