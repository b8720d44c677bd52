"""Every request to Amazon is one that its published models describe, and every feed one that its schema does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft7Validator

from hub.adapters.amazon import stock_plan, usage_plans
from hub.adapters.amazon.patches import stock_patch
from hub.adapters.amazon.shipments import carrier, package_reference
from hub.adapters.amazon.stock_feed import document
from hub.adapters.amazon.usage_plans import ALL, Operation
from hub.adapters.port import Accepted, StockUpdate
from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.faults import Fault
from tests.adapters.amazon.amazon_by_hand import listing
from tests.adapters.amazon.amazon_stage import AmazonFixture
from tests.adapters.channel_stage import Stage
from tests.contract.channel_requests import Recording, everything_asked
from tests.contract.defects import amazon

MODELS = (
    "orders_2026-01-01",
    "ordersV0",
    "listingsItems_2021-08-01",
    "feeds_2021-06-30",
    "reports_2021-06-30",
    "notifications",
    "sellers",
)
OUTSIDE = ("/auth/o2/token", "/sqs/", "/documents/")
"""Login with Amazon, AWS, and addresses that Amazon signed: no part of the models."""
pytestmark = pytest.mark.skipif(not amazon.FOLDER.exists(), reason="Amazon's models are not on this machine")

Json = dict[str, Any]


def models() -> list[Json]:
    return [amazon.read(f"models/{name}.json") for name in MODELS]


def operations(model: Json) -> Iterator[tuple[str, str, Json]]:
    for template, item in model["paths"].items():
        for method, described in item.items():
            if isinstance(described, dict) and "operationId" in described:
                yield method.upper(), template, described


def find(method: str, raw_path: str) -> tuple[Json, Json]:
    """Return the most literal operation that fits, and its model; keys in a path hold no bare slash."""
    found = [
        (template.count("{"), model, described)
        for model in models()
        for known, template, described in operations(model)
        if known == method and re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), raw_path)
    ]
    assert found, f"{method} {raw_path} is in no model"
    _, model, described = min(found, key=lambda each: each[0])
    return model, described


def parameters(model: Json, described: Json) -> list[Json]:
    listed = described.get("parameters", [])
    return [model["parameters"][each["$ref"].split("/")[-1]] if "$ref" in each else each for each in listed]


def errors(model: Json, schema: Json, value: object) -> list[str]:
    root = schema | {"definitions": model["definitions"]}
    return [error.message for error in Draft4Validator(root).iter_errors(value)]


def typed(text: str, schema: Json) -> object:
    match schema.get("type"):
        case "integer":
            return int(text)
        case "array":
            return text.split(",")
    return text


def check(request: httpx2.Request, raw_path: str) -> str:
    """Hold a request against its operation, and return the operation's name."""
    model, described = find(request.method, raw_path)
    known = parameters(model, described)
    query = {each["name"]: each for each in known if each["in"] == "query"}
    sent = dict(request.url.params)
    assert sent.keys() <= query.keys(), f"unknown parameters in {request.url.query!r}"
    assert {name for name, each in query.items() if each.get("required")} <= sent.keys()
    for name, value in sent.items():
        assert not errors(model, query[name], typed(value, query[name])), f"{name}={value}"
    bodies = [each["schema"] for each in known if each["in"] == "body"]
    assert bool(bodies) == bool(request.content), f"{request.method} {raw_path}"
    if bodies:
        assert request.headers["Content-Type"] == "application/json"
        assert not errors(model, bodies[0], json.loads(request.content))
    assert request.headers["x-amz-access-token"].startswith("Atza|")
    assert request.headers["user-agent"]
    assert re.fullmatch(r"\d{8}T\d{6}Z", request.headers["x-amz-date"])
    return str(described["operationId"])


async def test_every_request_is_in_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    async with everything_asked(AmazonFixture()) as (stage, recording):
        await more_of_amazon(stage, monkeypatch)
        start = httpx2.URL(stage.url).raw_path.decode()
        for request, _ in recording.seen:
            path = request.url.raw_path.decode().partition("?")[0].removeprefix(start)
            if path.startswith(OUTSIDE):
                assert "x-amz-access-token" not in request.headers
            else:
                asked.add(check(request, path))
    assert asked == {each.name for each in ALL}


async def more_of_amazon(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use what is needed now and then only: reports looked up, a SKU with a comma, a feed, one that gets lost."""
    await stage.patiently(stage.channel.listings, None, stage.clock.now())
    platform = stage.platform
    assert isinstance(platform, AmazonPlatform)
    platform.account.listings.by_sku["A,1/x y"] = platform.account.listings.by_sku[str(stage.listings[0].sku)]
    await stage.publish([StockUpdate(listing("A,1/x y", marketplace="A1805IZSGTT6HS"), 3)])
    monkeypatch.setattr(stock_plan, "FEED_LATENCY", -1.0)
    monkeypatch.setattr(stock_plan, "FEWEST_MESSAGES", 1)
    for quantity, lost in ((77, 0), (78, 1)):
        stage.force(Fault.LOST_ANSWER, ("POST", "/feeds/2021-06-30/feeds"), times=lost)
        assert await stage.publish([StockUpdate(stage.listings[0], quantity)]) == [Accepted()]


def test_the_list_of_operations_holds_every_one() -> None:
    assert set(ALL) == {each for each in vars(usage_plans).values() if isinstance(each, Operation)}


def published_plans() -> dict[str, Json]:
    rows = amazon.read("reference/usage-plans-derived.json")["operations"]
    return {each["operationId"]: each for each in rows if not each["deprecated"]}


@pytest.mark.parametrize("operation", ALL, ids=lambda each: each.name)
def test_usage_plans_methods_and_paths_are_those_of_the_models(operation: Operation) -> None:
    told = published_plans()[operation.name]
    assert (operation.rate, operation.burst, operation.method) == (told["rate"], told["burst"], told["method"])
    assert re.sub(r"\{[^}]+\}", "{}", operation.path) == re.sub(r"\{[^}]+\}", "{}", told["path"])


SKUS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=1, max_size=40)


@given(sku=SKUS)
def test_any_sku_stays_one_part_of_its_path(sku: str) -> None:
    path = ALL[3].at(seller="A1", sku=sku).path
    assert find("PATCH", path)[1]["operationId"] == "patchListingsItem"


@given(rows=st.lists(st.tuples(SKUS, st.integers(0, 10**6)), min_size=1, max_size=20))
def test_every_feed_is_one_that_the_feeds_schema_allows(rows: list[tuple[str, int]]) -> None:
    schema = amazon.read("schemas/feeds/listings-feed-schema-v2.json")
    made = document([StockUpdate(listing(sku), quantity) for sku, quantity in rows], "A1SELLER")
    assert not [error.message for error in Draft7Validator(schema).iter_errors(made)]


@given(quantity=st.integers(0, 10**9))
def test_a_patch_is_the_models_and_never_replaces_the_handling_time(quantity: int) -> None:
    model = amazon.read("models/listingsItems_2021-08-01.json")
    body = json.loads(json.dumps(stock_patch(quantity)))
    assert not errors(model, {"$ref": "#/definitions/ListingsItemPatchRequest"}, body)
    assert [each["op"] for each in body["patches"]] == ["merge"]


@given(reference=st.text(max_size=90))
def test_a_package_reference_is_the_text_of_a_positive_number_and_always_the_same(reference: str) -> None:
    found = package_reference(reference)
    assert found == package_reference(reference)
    assert re.fullmatch(r"[1-9]\d{0,8}", found)


def test_the_parcels_of_one_order_have_package_references_of_their_own() -> None:
    references = [f"{delivery}-0a1b2c3d-{place}" for delivery in range(1000, 3000) for place in range(1, 6)]
    assert len({package_reference(each) for each in references}) == len(references)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("postnl", {"carrierCode": "PostNL"}),
        ("DHL ", {"carrierCode": "DHL"}),
        ("Trunkrs", {"carrierCode": "Other", "carrierName": "Trunkrs"}),
    ],
)
def test_a_carrier_goes_by_its_code_or_by_its_name(name: str, told: dict[str, str]) -> None:
    assert carrier(name) == told


async def test_parcels_name_their_marketplace_and_items_as_a_list() -> None:
    async with everything_asked(AmazonFixture()) as (_, recording):
        bodies = confirmations(recording)
    assert [[item["quantity"] for item in each["packageDetail"]["orderItems"]] for each in bodies] == [[1], [2]]
    assert all(isinstance(each["packageDetail"]["packageReferenceId"], str) for each in bodies)
    assert {each["marketplaceId"] for each in bodies} == {"A1805IZSGTT6HS"}


def confirmations(recording: Recording) -> list[Json]:
    sent = [request for request, _ in recording.seen if request.url.path.endswith("/shipmentConfirmation")]
    return [json.loads(request.content) for request in sent]
