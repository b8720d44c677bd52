"""bol.com's published specifications as JSON Schema validators.

Two traps: ``nullable`` is OpenAPI's and must be translated, and ``Condition`` and ``Reason`` are ``oneOf`` with
overlapping branches, so the branch is chosen by ``category`` first.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

FOLDER = Path(__file__).parents[2].parent / "shared" / "contracts" / "bol"
FILES = {"retailer": "retailer-v10.json", "shared": "shared-v10.json", "offers": "offers-v11.5.0-derived-resolved.json"}


@cache
def specification(name: str) -> dict[str, Any]:
    """Return one specification, translated to JSON Schema; skips where the specifications are absent."""
    path = FOLDER / FILES[name]
    if not path.exists():
        pytest.skip(f"no specification: {path} is absent")
    loaded: dict[str, Any] = translated(json.loads(path.read_text()))
    return loaded


def translated(node: Any) -> Any:
    """Translate ``nullable`` and discriminated ``oneOf`` below a node."""
    if isinstance(node, list):
        return [translated(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {key: translated(value) for key, value in node.items()}
    if "discriminator" in found and "oneOf" in found:
        found = _by_discriminator(found)
    if found.pop("nullable", False):
        found = {"anyOf": [{"type": "null"}, found]}
    return found


def _by_discriminator(node: dict[str, Any]) -> dict[str, Any]:
    name = node["discriminator"]["propertyName"]
    branches = [
        {"if": {"properties": {name: {"const": value}}, "required": [name]}, "then": {"$ref": reference}}
        for value, reference in node["discriminator"]["mapping"].items()
    ]
    known = {name: {"enum": list(node["discriminator"]["mapping"])}}
    return {"type": "object", "required": [name], "properties": known, "allOf": branches}


def check(name: str, schema: str, document: Any) -> None:
    """Fail where a document does not fit a named schema of a specification."""
    root = specification(name)
    whole = {"$ref": f"#/components/schemas/{schema}", "components": root["components"]}
    jsonschema.Draft202012Validator(whole).validate(document)
