"""Every document is one that the server's own schema describes, without anything it calls deprecated."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import anyio
import httpx2
import orjson
import pytest
from graphql import (
    GraphQLSchema,
    NoDeprecatedCustomRule,
    build_client_schema,
    get_introspection_query,
    parse,
    specified_rules,
    validate,
)
from graphql.execution.values import get_variable_values

from hub.adapters.port import StockUpdate
from hub.adapters.vendure.documents import EVERY, Document
from tests.adapters.channel_stage import staged
from tests.vendure.meanwhile import Meanwhile
from tests.vendure.vendure_stage import VendureFixture


@cache
def schema_of(server: str) -> GraphQLSchema:
    answer = httpx2.post(
        f"{server}/admin-api", json={"query": get_introspection_query(input_value_deprecation=True)}, trust_env=False
    )
    return build_client_schema(answer.json()["data"])


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.name)
def test_a_document_is_valid(server: str, document: Document) -> None:
    problems = validate(schema_of(server), parse(document.text), [*specified_rules, NoDeprecatedCustomRule])
    assert not problems


def test_a_deprecated_field_would_be_noticed(server: str) -> None:
    old = parse("query Old { productVariants { items { stockOnHand } } }")
    problems = validate(schema_of(server), old, [NoDeprecatedCustomRule])
    assert ["deprecated" in each.message for each in problems] == [True]


def variables_problems(schema: GraphQLSchema, body: dict[str, Any]) -> Any:
    operation: Any = parse(body["query"]).definitions[0]
    found = get_variable_values(schema, operation.variable_definitions, body["variables"])
    return found if isinstance(found, list) else []


async def test_all_that_is_sent_is_one_of_the_documents_with_variables_that_fit(vendure: VendureFixture) -> None:
    recording = Meanwhile()
    with anyio.fail_after(60):
        async with staged(vendure, transport=recording) as stage:
            order_id = await stage.sell(quantity=3)
            _, cursor = await stage.sweep(None)
            await stage.sweep(cursor)
            for reference, quantity in (("first", 1), ("second", 2)):
                shipment = await stage.parcel(order_id, quantity, reference, completes=reference == "second")
                await stage.ship_as_the_hub_does(shipment)
            untracked = await stage.parcel(await stage.sell(quantity=1), 1, "untracked")
            await stage.ship_as_the_hub_does(replace(untracked, tracking=None, carrier=None))
            await stage.cancel_as_the_hub_does(await stage.cancellation(await stage.sell(quantity=2)))
            await stage.channel.publish_stock([StockUpdate(replace(stage.listings[0], quantity=None), 0)])
    known = {document.name: document.text for document in EVERY}
    for name, raw in recording.sent:
        body = orjson.loads(raw)
        assert body["query"] == known[name]
        assert not variables_problems(schema_of(vendure.server), body)
    assert {name for name, _ in recording.sent} == set(known)
