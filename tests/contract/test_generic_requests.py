"""Hub and shop keep the contract of the generic channel, in both directions, to the member."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hub.adapters.fields import Fields, parse
from hub.adapters.generic import mapping
from hub.adapters.generic.refunds import refunds
from hub.adapters.generic.webhooks import ShopHooks
from hub.outcome import Rejected, Throttled
from hub.sandbox.faults import Fault
from hub.sandbox.ledger import Units
from tests.adapters.bol.test_bol_fuzz import ODD, paths, spoiled
from tests.adapters.channel_stage import staged
from tests.adapters.generic.generic_stage import GenericFixture, switches
from tests.contract.channel_requests import CALLBACK, Recording, everything_asked
from tests.contract.generic_spec import (
    Json,
    check,
    check_answer,
    check_request,
    made_of,
    operations,
    references,
    resolved,
    spec,
)

WHOLE = spec()["components"]["schemas"]["Order"]
ORDER = WHOLE | {"properties": {name: each for name, each in WHOLE["properties"].items() if name != "refunds"}}
"""An order without its refunds, which are made up on their own: together they take too long."""
REFUND = spec()["components"]["schemas"]["Refund"]
LISTING = spec()["components"]["schemas"]["Listing"]
UNHURRIED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Whole orders take long to make up on a busy machine."""


def test_the_contract_is_sound() -> None:
    assert spec()["openapi"].startswith("3.1.")
    for each in references(spec()):
        resolved({"$ref": each})
    for schema in spec()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    named = [operation["operationId"] for _, _, operation in operations()]
    assert len(set(named)) == len(named) == 10
    used = set(references(spec()))
    defined = {f"#/components/{kind}/{name}" for kind, parts in spec()["components"].items() for name in parts}
    assert defined - used == {"#/components/securitySchemes/token"}


async def test_every_request_and_every_answer_is_described() -> None:
    asked = set()
    async with everything_asked(GenericFixture()) as (stage, recording):
        start = httpx2.URL(stage.url).path
        for request, response in recording.seen:
            asked.add(check_request(request, start))
            check_answer(request, response, start)
    assert asked == {operation["operationId"] for _, _, operation in operations()}


async def test_refusals_are_described_too() -> None:
    recording = Recording()
    async with staged(GenericFixture(), transport=recording) as stage:
        start = httpx2.URL(stage.url).path
        stage.force(Fault.THROTTLE)
        with pytest.raises(Throttled):
            await stage.channel.listings(None)
        switches(stage).forget_cursors = 1
        with pytest.raises(Rejected):
            await stage.channel.listings("forgotten")
        shipment = await stage.parcel(await stage.sell(quantity=1), 2, "too-many")
        await stage.channel.ship(shipment)
        await stage.channel.cancel(await stage.cancellation("100001"))
        await stage.channel.ship(shipment)
        for request, response in recording.seen:
            check_answer(request, response, start)
        assert {response.status_code for _, response in recording.seen} >= {200, 201, 400, 409, 429}


@pytest.mark.parametrize(
    "kind",
    [
        {"company": True, "country": "BE", "shipping": Decimal("4.95"), "discount": Decimal("2.50")},
        {"paid": False},
        {"by_platform": True},
    ],
)
async def test_orders_of_every_kind_are_described_and_read_to_the_cent(kind: dict[str, Any]) -> None:
    recording = Recording()
    async with staged(GenericFixture(), transport=recording) as stage:
        wanted = [Units(str(each.sku), 3) for each in stage.listings[:3]]
        order_id = await stage.platform.place_order(wanted, **kind)
        order = await stage.channel.order(order_id)
        check_answer(*recording.seen[-1], httpx2.URL(stage.url).path)
        sale = stage.sandbox.world.ledger.sales[("generic", order_id)]
        assert order is not None
        assert order.stated_sum == order.total == sale.total
        assert all(line.vat is not None and line.vat_rate for line in order.lines)
        assert (order.payment == "paid", order.fulfilled_by == "platform") == (
            sale.paid_at is not None,
            sale.by_platform,
        )


async def test_webhooks_are_described() -> None:
    heard: list[httpx2.Request] = []

    def hear(request: httpx2.Request) -> httpx2.Response:
        heard.append(request)
        return httpx2.Response(200)

    async with staged(GenericFixture()) as stage, httpx2.AsyncClient(transport=httpx2.MockTransport(hear)) as listener:
        stage.sandbox.world.http = listener
        switches(stage).old_secret_too = True
        await stage.channel.subscribe("order.changed", CALLBACK, "")
        await stage.sell()
        await stage.platform.cancel("100001")
        while len(heard) < 2:
            await stage.channel.subscriptions()
        secret = await stage.channel.hook_secret()
    described = spec()["webhooks"]["order.changed"]["post"]
    for request in heard:
        for each in described["parameters"]:
            check(each["schema"], request.headers[each["name"]])
        check(described["requestBody"]["content"]["application/json"]["schema"], json.loads(request.content))
        assert len(request.headers["webhook-signature"].split()) == 2
        [hint] = ShopHooks().read(dict(request.headers), request.content, str(secret))
        assert (hint.key, hint.event_id) == ("100001", request.headers["webhook-id"])


def _is_possible(order: Json) -> bool:
    """Say whether an order keeps what a schema cannot say."""
    return all(line.get("cancelled", 0) <= line["quantity"] for line in order["lines"])


@UNHURRIED
@given(made_of(ORDER))
def test_every_order_that_the_contract_admits_is_read(order: Json) -> None:
    check(WHOLE, order)
    document = Fields.of(parse(json.dumps(order)), "order")
    if not _is_possible(order):
        with pytest.raises(Rejected):
            mapping.channel_order(document)
        return
    found = mapping.channel_order(document)
    assert (found.external_id, str(found.total)) == (order["id"], order["total"])
    assert [str(line.gross) for line in found.lines] == [line["gross"] for line in order["lines"]]
    assert [line.vat_rate is None for line in found.lines] == [not line.get("vat_rate") for line in order["lines"]]
    assert (found.buyer is None) == (order.get("ship_to") is None)


@UNHURRIED
@given(made_of(REFUND))
def test_every_refund_that_the_contract_admits_is_read(refund: Json) -> None:
    check(REFUND, refund)
    (found,) = refunds(Fields.of(parse(json.dumps({"refunds": [refund]})), "order"))
    assert found.refund_id == refund["id"]
    assert [str(line.gross) for line in found.lines] == [line["gross"] for line in refund.get("lines", [])]
    assert [str(each.gross) for each in found.charges] == [each["gross"] for each in refund.get("charges", [])]


@given(made_of(LISTING))
def test_every_listing_that_the_contract_admits_is_read(listing: Json) -> None:
    found = mapping.listing(Fields.of(parse(json.dumps(listing)), "listing"))
    assert (found.external_id, found.quantity) == (listing["id"], listing["quantity"])


@UNHURRIED
@given(st.data(), made_of(ORDER), ODD)
def test_an_order_with_one_odd_value_is_read_or_refused(data: st.DataObject, order: Json, odd: Any) -> None:
    path = data.draw(st.sampled_from(paths(order)))
    try:
        mapping.channel_order(Fields.of(parse(json.dumps(spoiled(order, path, odd))), "order"))
    except Rejected:
        return


def test_the_examples_in_the_documentation_keep_the_contract() -> None:
    """In the order of the page: a page of orders, an order, a refund, a stock write, its results."""
    page = (Path(__file__).parents[2] / "docs" / "generic-channel.md").read_text()
    examples = [json.loads(text) for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL)]
    names = ("OrderPage", "Order", "Refund", "StockWrite", "StockResults")
    for name, example in zip(names, examples, strict=True):
        check({"$ref": f"#/components/schemas/{name}"}, example)
    order = mapping.channel_order(Fields.of(examples[1], "order"))
    assert order.stated_sum == order.total
