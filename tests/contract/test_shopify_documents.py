"""Every document that the hub sends, and everything it sends with it, is valid by the schema that Shopify publishes."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import httpx2
import orjson
import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    get_argument_values,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values
from graphql.validation import NoDeprecatedCustomRule, specified_rules

from hub.adapters.shopify import documents
from hub.adapters.shopify.documents.document import VERSION, Document
from hub.adapters.shopify.documents.listings import BULK_LISTINGS
from hub.adapters.shopify.documents.stock import ACTIVATE, SET_QUANTITIES
from hub.sandbox.shopify.switches import Switches
from tests.adapters.shopify.shopify_stage import ShopifyFixture, operation_of
from tests.contract.channel_requests import everything_asked
from tests.contract.defects import shopify

pytestmark = pytest.mark.skipif(not shopify.SCHEMA.exists(), reason="Shopify's schema is not on this machine")

RULES = (*specified_rules, NoDeprecatedCustomRule)
BULK = BULK_LISTINGS % "gid://shopify/Location/1"
LOCATION = "106318430514"


def schema() -> GraphQLSchema:
    """Return the published schema, its known defects mended."""
    return shopify.read()


def problems(text: str) -> list[str]:
    return [error.message for error in validate(schema(), parse(text), RULES)]


@pytest.mark.parametrize("document", documents.ALL, ids=lambda document: document.name)
def test_a_document_is_valid_and_uses_nothing_that_is_going_away(document: Document) -> None:
    assert problems(document.text) == []


def test_what_a_bulk_operation_runs_is_valid() -> None:
    assert problems(BULK) == []


def test_the_version_spoken_is_that_of_the_schema() -> None:
    assert shopify.SCHEMA.name == f"admin-{VERSION}.schema.graphql"


def test_the_list_of_documents_holds_every_one() -> None:
    modules = [import_module(f"{documents.__name__}.{one.name}") for one in iter_modules(documents.__path__)]
    alone = {each for module in modules for each in vars(module).values() if isinstance(each, Document)}
    assert len(alone) > 20
    assert set(documents.ALL) == alone | set(SET_QUANTITIES)


def test_something_deprecated_or_unknown_would_be_found() -> None:
    assert problems("{ order(id: 1) { totalPrice } }")
    assert problems("{ order(id: 1) { noSuchField } }")
    assert problems('mutation { orderCancel(orderId: "1", reason: OTHER, restock: true, refund: true) { job { id } } }')


def test_every_mutation_that_demands_a_key_is_given_one() -> None:
    for document in documents.ALL:
        if "inventory" in document.text and "mutation" in document.text:
            assert document.text.count("@idempotent(key: $key") == document.text.count("(input: $input") + (
                document is ACTIVATE
            )


def operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(each for each in document.definitions if isinstance(each, OperationDefinitionNode))


def check(request: httpx2.Request) -> None:
    """Coerce the variables as Shopify does, and the arguments that they end up in."""
    body: dict[str, Any] = orjson.loads(request.content)
    assert problems(body["query"]) == []
    asked = operation(parse(body["query"]))
    variables = get_variable_values(schema(), asked.variable_definitions or (), body["variables"])
    assert not isinstance(variables, list), variables
    assert body["variables"].keys() <= {each.variable.name.value for each in asked.variable_definitions or ()}
    root = schema().get_root_type(asked.operation)
    assert root is not None
    for field in asked.selection_set.selections:
        assert isinstance(field, FieldNode)
        get_argument_values(root.fields[field.name.value], field, variables)
    for row in body["variables"].get("input", {}).get("quantities", []):
        assert {each.field for each in shopify.DEMANDED if each.kind == "InventoryQuantityInput"} <= row.keys()


@pytest.mark.parametrize("switches", [Switches(), Switches(taxes_included=False, plan="plus", stock_on_set=False)])
async def test_every_request_is_one_that_the_schema_takes(switches: Switches) -> None:
    asked = set()
    async with everything_asked(ShopifyFixture(switches)) as (_, recording):
        for request, _ in recording.seen:
            if request.url.path.endswith("/graphql.json"):
                assert request.url.path.endswith(f"/admin/api/{VERSION}/graphql.json")
                check(request)
                asked.add(operation_of(request))
    assert {"ChangedOrders", "Order", "Fulfilments", "FulfilmentOrders", "Ship", "Cancel", "Job", "Listings"} <= asked
    assert {"Levels", "SetQuantities", "Locations", "Subscriptions", "Subscribe", "Unsubscribe"} <= asked
