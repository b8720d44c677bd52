"""Every request to a shop is one that the shop's own index and schemas describe."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import pytest
from jsonschema import Draft4Validator

from tests.adapters.woocommerce.woo_stage import WooFixture
from tests.contract.channel_requests import everything_asked, noted_operations, operations_named
from tests.contract.defects import woocommerce

SPECS = woocommerce.FOLDER
WITH_VARIATIONS = 24
"""So many goods that the shop sells one of them as a variation."""
TRACKING = "wc-shipment-tracking/v3 orders/<id>/shipment-trackings"
pytestmark = pytest.mark.skipif(not SPECS.exists(), reason="the shop's schemas are not on this machine")

Json = dict[str, Any]


def routes() -> dict[str, Json]:
    """Return routes by pattern; the tracking plugin describes its own."""
    index = woocommerce.read("wc-v3-index.json")["routes"]
    plugin = woocommerce.read(woocommerce.SCHEMAS)[TRACKING]
    pattern = r"/wc-shipment-tracking/v3/orders/(?P<order_id>[\d]+)/shipment-trackings"
    return {**index, pattern: plugin, "/": {"endpoints": [{"methods": ["GET"], "args": {}}]}}


def plain(schema: Any) -> Any:
    """Return a WordPress argument as JSON schema: its ``required`` and custom types mean nothing there."""
    match schema:
        case dict():
            kept = {name: plain(each) for name, each in schema.items() if name not in ("required", "default", "format")}
            if kept.get("type") in ("url", "date", "date-time", "mixed"):
                kept["type"] = "string"
            return kept
        case list():
            return [plain(each) for each in schema]
        case _:
            return schema


def arguments(known: dict[str, Json], method: str, path: str) -> Json:
    for pattern, route in known.items():
        if re.fullmatch(pattern, path):
            found = [each["args"] for each in route["endpoints"] if method in each["methods"]]
            assert found, f"{method} {path} is not allowed"
            args: Json = found[0]
            return args
    raise AssertionError(f"{path} is no route")


def typed(text: str, schema: Json) -> object:
    match schema.get("type"):
        case "integer":
            return int(text)
        case "boolean":
            return {"true": True, "false": False}[text]
        case "array":
            return text.split(",")
        case _:
            return text


def check_members(args: Json, values: Json) -> None:
    assert values.keys() <= args.keys(), values.keys() - args.keys()
    assert {name for name, each in args.items() if each.get("required") is True} <= values.keys()
    for name, value in values.items():
        assert not list(Draft4Validator(plain(args[name])).iter_errors(value)), f"{name}: {value!r}"


def check(known: dict[str, Json], request: httpx2.Request, path: str) -> None:
    args = arguments(known, request.method, path)
    query = {name: value for name, value in request.url.params.items() if not name.startswith("oauth_")}
    query.pop("_fields", None)
    if not request.content:
        check_members(args, {name: typed(value, args.get(name, {})) for name, value in query.items()})
        return
    assert not query
    body = json.loads(request.content)
    if not path.endswith("/batch"):
        check_members(args, body)
        return
    assert list(body) == ["update"]
    assert 1 <= len(body["update"]) <= 100
    for item in body["update"]:
        check_members(args | {"id": {"type": "integer"}}, {"product_id": 1} | item if "product_id" in args else item)


@pytest.mark.parametrize("plugin", [True, False])
async def test_every_request_is_described_by_the_shop(plugin: bool) -> None:
    known = routes()
    asked = set()
    async with everything_asked(WooFixture(plugin=plugin), goods=WITH_VARIATIONS) as (stage, recording):
        start = httpx2.URL(stage.url).path + "/wp-json"
        for request, _ in recording.seen:
            path = request.url.path.removeprefix(start)
            check(known, request, path)
            asked.add((request.method, re.sub(r"\d+(?=/|$)", "N", path)))
    told = "/wc-shipment-tracking/vN/orders/N/shipment-trackings" if plugin else "/wc/vN/orders/N/notes"
    assert {
        ("GET", "/wc/vN/orders"),
        ("GET", "/wc/vN/orders/N"),
        ("PUT", "/wc/vN/orders/N"),
        ("GET", "/wc/vN/products"),
        ("GET", "/wc/vN/products/N/variations"),
        ("POST", "/wc/vN/products/batch"),
        ("POST", "/wc/vN/products/N/variations/batch"),
        ("GET", told),
        ("POST", told),
        ("GET", "/wc/vN/webhooks"),
        ("POST", "/wc/vN/webhooks"),
        ("PUT", "/wc/vN/webhooks/N"),
        ("DELETE", "/wc/vN/webhooks/N"),
    } <= asked


async def test_every_operation_that_the_adapter_names_is_among_them(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = noted_operations(monkeypatch)
    for plugin in (True, False):
        async with everything_asked(WooFixture(plugin=plugin), goods=WITH_VARIATIONS):
            pass
    assert asked == operations_named("woocommerce")


async def test_no_key_leaves_the_hub_over_plain_http() -> None:
    async with everything_asked(WooFixture()) as (_, recording):
        for request, _ in recording.seen:
            assert "Authorization" not in request.headers
            assert request.url.params["oauth_signature_method"] == "HMAC-SHA256"
            assert not {"consumer_key", "consumer_secret"} & set(request.url.params)


async def test_stock_always_names_itself_managed() -> None:
    async with everything_asked(WooFixture()) as (_, recording):
        items = [
            item
            for request, _ in recording.seen
            if request.url.path.endswith("/batch")
            for item in json.loads(request.content)["update"]
        ]
    assert {item["manage_stock"] for item in items} == {True}
    assert all(type(item["stock_quantity"]) is int for item in items)
