"""Every request to bol.com is one that its published specifications describe."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import pytest
from openapi_schema_validator import OAS30Validator

from hub.adapters.bol import endpoints
from hub.adapters.bol.endpoints import ALL, V10, V11
from hub.sandbox.bol.tokens import LIFETIME
from tests.adapters.bol.bol_stage import BolFixture
from tests.contract.channel_requests import everything_asked
from tests.contract.defects import bol

FILES = {V10: (bol.RETAILER, bol.SHARED), V11: (bol.OFFERS,)}
pytestmark = pytest.mark.skipif(not bol.FOLDER.exists(), reason="the specifications are not on this machine")

Json = dict[str, Any]


def specs(media: str) -> list[Json]:
    return [bol.read(name) for name in FILES[media]]


def operation(media: str, method: str, path: str) -> tuple[Json, Json]:
    """Return the most literal operation that fits, and its specification."""
    found = [
        (template.count("{"), spec, item[method.lower()])
        for spec in specs(media)
        for template, item in spec["paths"].items()
        if method.lower() in item and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path)
    ]
    assert found, f"{method} {path} is not in the specification"
    _, spec, described = min(found, key=lambda each: each[0])
    return spec, described


def errors(spec: Json, schema: Json, value: object) -> list[str]:
    root = schema | {"components": spec["components"]}
    return [error.message for error in OAS30Validator(root).iter_errors(value)]


def typed(text: str, schema: Json) -> object:
    """Read a query value as the type that its schema names."""
    match schema.get("type"):
        case "integer":
            return int(text)
        case "boolean":
            return {"true": True, "false": False}.get(text, text)
    return text


def check(request: httpx2.Request, path: str) -> None:
    media = request.headers["Accept"]
    spec, described = operation(media, request.method, path)
    known = {each["name"]: each for each in described.get("parameters", []) if each["in"] == "query"}
    sent = dict(request.url.params)
    assert sent.keys() <= known.keys(), f"unknown parameters in {request.url.query!r}"
    assert {name for name, each in known.items() if each.get("required")} <= sent.keys()
    for name, value in sent.items():
        schema = known[name]["schema"]
        assert not errors(spec, schema, typed(value, schema)), f"{name}={value}"
    produced = {kind for answer in described["responses"].values() for kind in answer.get("content", {})}
    assert not produced or media in produced
    body = described.get("requestBody")
    assert (body is not None) == bool(request.content), f"{request.method} {path}"
    if body is not None:
        assert request.headers["Content-Type"] in body["content"]
        schema = body["content"][request.headers["Content-Type"]]["schema"]
        assert not errors(spec, schema, json.loads(request.content))


async def test_every_request_is_in_the_specification() -> None:
    async with everything_asked(BolFixture()) as (stage, recording):
        start = httpx2.URL(stage.url).path
        asked: set[tuple[str, str]] = set()
        for request, _ in recording.seen:
            path = request.url.path.removeprefix(start)
            if path != "/token":
                check(request, path)
                asked.add((request.method, path))
    for endpoint in ALL:
        pattern = endpoint.path.replace("{id}", "[^/]+")
        assert any(method == endpoint.method and re.fullmatch(pattern, path) for method, path in asked), endpoint.name


def test_the_list_of_endpoints_holds_every_one() -> None:
    assert set(ALL) == {each for each in vars(endpoints).values() if isinstance(each, endpoints.Endpoint)}


async def test_a_token_is_asked_for_with_basic_credentials_and_a_form_and_then_used_for_many_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A token of the stage, whose time runs a hundred times as fast, would end sooner than a slow machine asks."""
    monkeypatch.setattr("hub.sandbox.bol.door.LIFETIME", 100 * LIFETIME)
    async with everything_asked(BolFixture()) as (_, recording):
        tokens = [request for request, _ in recording.seen if request.url.path.endswith("/token")]
        renewed = sum(response.status_code == 401 for _, response in recording.seen)
    assert {request.content for request in tokens} == {b"grant_type=client_credentials"}
    assert all(request.headers["Authorization"].startswith("Basic ") for request in tokens)
    assert all(not request.url.query for request in tokens)
    assert len(tokens) <= 1 + renewed + 5, "a token serves until shortly before its end"


async def test_stock_is_clamped_and_always_managed_by_the_retailer() -> None:
    async with everything_asked(BolFixture()) as (_, recording):
        bodies = [json.loads(request.content)["stock"] for request, _ in recording.seen if request.method == "PATCH"]
    assert {body["managedByRetailer"] for body in bodies} == {True}
    assert max(body["amount"] for body in bodies) == 999
    assert min(body["amount"] for body in bodies) == 0


async def test_shipments_carry_quantities_a_reference_and_their_carrier() -> None:
    async with everything_asked(BolFixture()) as (_, recording):
        posted = [
            json.loads(request.content)
            for request, _ in recording.seen
            if request.method == "POST" and request.url.path.endswith("/retailer/shipments")
        ]
    assert [body["shipmentReference"] for body in posted] == ["first", "second", "untracked"]
    assert [body["orderItems"][0]["quantity"] for body in posted] == [1, 2, 1]
    assert "trackAndTrace" not in posted[2]["transport"]
