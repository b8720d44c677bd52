"""The generic channel's own contract as validators: requests, answers, and orders made up from its schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC
from functools import cache
from typing import Any

import httpx2
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from hub.adapters.generic.contract import document

Json = dict[str, Any]
METHODS = ("get", "put", "post", "delete")
WITHOUT_BODY = {204}


@cache
def spec() -> Json:
    loaded: Json = json.loads(document())
    return loaded


@cache
def closed() -> Json:
    """Return the contract with members that it does not know forbidden, to see that neither side invents any."""
    loaded: Json = _closed(spec())
    return loaded


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {key: _closed(value) for key, value in node.items()}
    return found | {"additionalProperties": False} if isinstance(node.get("properties"), dict) else found


def resolved(node: Json) -> Json:
    """Follow a reference within the contract."""
    while "$ref" in node:
        found: Any = spec()
        for key in node["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        node = found
    return node


def references(node: Any) -> Iterator[str]:
    """Yield every reference in the contract."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    if isinstance(node, list):
        for each in node:
            yield from references(each)


def operations() -> Iterator[tuple[str, str, Json]]:
    """Yield method, path and description of every operation; path parameters are merged in."""
    for path, item in spec()["paths"].items():
        for method in METHODS:
            if method in item:
                own = item[method].get("parameters", [])
                yield method.upper(), path, item[method] | {"parameters": [*item.get("parameters", []), *own]}


def check(schema: Json, value: Any) -> None:
    """Fail where a value does not fit, or has members that the contract does not know."""
    whole = schema | {"components": closed()["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


def operation_of(request: httpx2.Request, start: str) -> tuple[str, Json, dict[str, str]]:
    """Return the operation that a request is one of, and what its path holds."""
    path = request.url.path.removeprefix(start)
    for method, template, operation in operations():
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        if method == request.method and (found := re.fullmatch(pattern, path)):
            return operation["operationId"], operation, found.groupdict()
    raise AssertionError(f"{request.method} {path} is no operation")


def check_request(request: httpx2.Request, start: str) -> str:
    """Check path, query, headers and body of a request; return its operation."""
    name, operation, in_path = operation_of(request, start)
    given = {"path": in_path, "query": dict(request.url.params), "header": dict(request.headers)}
    known = [resolved(each) for each in operation["parameters"]]
    for each in known:
        value = given[each["in"]].get(each["name"].lower() if each["in"] == "header" else each["name"])
        assert value is not None or not each.get("required"), each["name"]
        if value is not None:
            schema = resolved(each["schema"])
            check(schema, int(value) if schema.get("type") == "integer" else value)
    assert given["query"].keys() <= {each["name"] for each in known if each["in"] == "query"}
    assert request.headers["authorization"].startswith("Bearer ")
    if "requestBody" not in operation:
        assert not request.content
        return name
    assert request.headers["content-type"] == "application/json"
    check(operation["requestBody"]["content"]["application/json"]["schema"], json.loads(request.content))
    return name


def check_answer(request: httpx2.Request, response: httpx2.Response, start: str) -> None:
    """Check status, headers, media type and body of an answer."""
    _, operation, _ = operation_of(request, start)
    described = resolved(operation["responses"][str(response.status_code)])
    for header, about in described.get("headers", {}).items():
        check(resolved(about)["schema"], response.headers[header])
    if response.status_code in WITHOUT_BODY:
        assert not response.content
        return
    [(media, about)] = described["content"].items()
    assert response.headers["content-type"].partition(";")[0] == media
    check(about["schema"], json.loads(response.content))


def made_of(schema: Json) -> st.SearchStrategy[Any]:
    """Return what a schema of the contract admits; it uses few words of JSON Schema."""
    schema = resolved(schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "oneOf" in schema:
        return st.one_of([made_of(each) for each in schema["oneOf"]])
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return st.one_of([_of_kind(kind, schema) for kind in kinds])


def _of_kind(kind: str, schema: Json) -> st.SearchStrategy[Any]:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer":
            return st.integers(schema.get("minimum"), schema.get("maximum"))
        case "array":
            least = schema.get("minItems", 0)
            return st.lists(made_of(schema["items"]), min_size=least, max_size=least + 2)
        case "object":
            parts = {name: made_of(each) for name, each in schema["properties"].items()}
            required = {name: parts.pop(name) for name in schema["required"]}
            return st.fixed_dictionaries(required, optional=parts)
    if schema.get("format") == "date-time":
        return st.datetimes(timezones=st.just(UTC)).map(lambda at: at.isoformat().replace("+00:00", "Z"))
    if "pattern" in schema:
        most = schema.get("maxLength", 1000)
        return st.from_regex(schema["pattern"], fullmatch=True).filter(lambda text: len(text) <= most)
    return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 50), 50))
