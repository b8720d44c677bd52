"""bol.com's published specifications as JSON Schema validators.

``nullable`` is OpenAPI's and must be translated; a discriminator chooses the branch that counts.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema
import pytest

from tests.contract.defects import bol

FOLDER = bol.FOLDER
FILES = {"retailer": bol.RETAILER, "shared": bol.SHARED, "offers": bol.OFFERS}


@cache
def specification(name: str) -> dict[str, Any]:
    """Return one specification, translated to JSON Schema; skips where the specifications are absent."""
    path = FOLDER / FILES[name]
    if not path.exists():
        pytest.skip(f"no specification: {path} is absent")
    loaded: dict[str, Any] = translated(bol.read(FILES[name]))
    return loaded


def translated(node: Any) -> Any:
    """Translate ``nullable`` and discriminators below a node."""
    if isinstance(node, list):
        return [translated(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {key: translated(value) for key, value in node.items()}
    if "discriminator" in found:
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
