"""Amazon's published models (Swagger 2.0) and schemas (draft-07) as validators of what the sandbox answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx2
import jsonschema
import pytest

from tests.contract.defects import amazon

FOLDER = amazon.FOLDER
MODELS = (
    "orders_2026-01-01",
    "ordersV0",
    "listingsItems_2021-08-01",
    "feeds_2021-06-30",
    "reports_2021-06-30",
    "notifications",
    "sellers",
)


@cache
def read(name: str) -> Any:
    """Return one of the files, its known defects mended; skips where they are absent."""
    path = FOLDER / name
    if not path.exists():
        pytest.skip(f"no contract: {path} is absent")
    return amazon.read(name)


@cache
def operations() -> list[tuple[str, re.Pattern[str], str, Any]]:
    """Return (method, path, model, operation) of every operation in the models."""
    found = []
    for model in MODELS:
        for path, methods in read(f"models/{model}.json")["paths"].items():
            pattern = re.compile(re.sub(r"\{\w+\}", ".+" if "{sku}" in path else "[^/]+", path))
            found += [
                (name.upper(), pattern, model, each) for name, each in methods.items() if "responses" in str(each)
            ]
    return found


def validator(model: str, schema: Any) -> jsonschema.Draft4Validator:
    """Return a validator of a schema within a model; Swagger 2.0 is JSON Schema draft 4 with dates as text."""
    whole = {**schema, "definitions": read(f"models/{model}.json")["definitions"]}
    return jsonschema.Draft4Validator(whole)


def check_answer(answer: httpx2.Response) -> None:
    """Fail where an answer does not fit the operation it answers: status, body, headers."""
    path = answer.request.url.path.removeprefix("/amazon")
    method = answer.request.method
    model, operation = next(
        (model, each) for verb, pattern, model, each in operations() if verb == method and pattern.fullmatch(path)
    )
    told = operation["responses"].get(str(answer.status_code))
    assert told is not None, f"{operation['operationId']} never answers {answer.status_code}"
    if "schema" in told:
        validator(model, told["schema"]).validate(answer.json())
    for header in told.get("headers", {}):
        assert header in answer.headers, f"{operation['operationId']} answers {answer.status_code} without {header}"


def check_file(name: str, document: Any) -> None:
    """Fail where a document does not fit one of the schemas."""
    schema = read(name)
    assert schema["$schema"] == jsonschema.Draft7Validator.META_SCHEMA["$schema"]
    jsonschema.Draft7Validator(schema).validate(document)


def examples(model: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield (where, schema, body) for every successful or refused example that a model holds."""
    for path, methods in read(f"models/{model}.json")["paths"].items():
        for method, operation in methods.items():
            for status, told in (operation["responses"] if "responses" in str(operation) else {}).items():
                if "schema" not in told:
                    continue
                held = told.get("x-amzn-api-sandbox", {}).get("static", [])
                bodies = [each["response"] for each in held] + list((told.get("examples") or {}).values())
                yield from ((f"{model} {method} {path} {status}", told["schema"], body) for body in bodies)
