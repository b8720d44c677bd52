"""Whatever is asked of the simulated Shopify, every answer fits the schema that Shopify publishes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import anyio
import httpx2
import pytest
from anyio.from_thread import BlockingPortal
from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    parse_value,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_graphql import mutations, queries

from hub.sandbox.shopify.admin_schema import admin_schema
from tests.contract.defects import shopify as published
from tests.contract.generated import BRIEFLY, JUNK, PATIENCE, elsewhere
from tests.sandbox.shopify_bench import ShopifyBench, shopify_bench
from tests.sandbox.test_shopify_contract import busy

pytestmark = pytest.mark.skipif(not published.SCHEMA.exists(), reason="Shopify's schema is not on this machine")


def fields_of(kind: str) -> list[str]:
    root = getattr(admin_schema(), f"{kind}_type")
    return list(root.fields)


@asynccontextmanager
async def lived_in() -> AsyncIterator[tuple[ShopifyBench, dict[str, str]]]:
    async with shopify_bench() as shop:
        shop.switches.plan = "enterprise"
        yield shop, await busy(shop)


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[BlockingPortal, ShopifyBench]]:
    with elsewhere(lived_in()) as (portal, (bench, ids)):
        IDS.extend(sorted(set(ids.values()) - set(IDS)))
        yield portal, bench


IDS = [
    "gid://shopify/Order/1",
    "gid://shopify/Order/0",
    "gid://shopify/Nothing/1",
    "gid://shopify/Order/x",
    "",
    "1",
]
"""What is asked for by id; what really exists joins when the shop has been lived in."""


def nodes(strategy: st.SearchStrategy[str]) -> Any:
    return strategy.map(parse_value)


def quoted(*texts: str) -> Any:
    return nodes(st.sampled_from([f'"{text}"' for text in texts]))


SCALARS = {
    "ID": nodes(st.integers(0, 40).map(lambda place: f'"{IDS[place % len(IDS)]}"')),
    "DateTime": quoted("2026-11-23T12:00:00Z", "2026-11-23", "0001-01-01T00:00:00+14:00", "x"),
    "Decimal": quoted("1.50", "NaN", "1e999999", "-0", "x"),
    "Money": quoted("1.50", "NaN", "-1", "x"),
    "URL": quoted("https://hub.test/hook", "http://hub.test", "x", ""),
    "UnsignedInt64": quoted("1", "-1", "x", "9" * 30),
}


async def post(bench: ShopifyBench, text: str, variables: Any) -> httpx2.Response:
    bench.pass_time(60)
    await bench.renew()
    with anyio.fail_after(PATIENCE):
        return await bench.post(text, **variables)


def check_answer(text: str, answer: httpx2.Response) -> None:
    """Fail where an answer is no GraphQL answer, or its data breaks the published schema."""
    assert answer.status_code == 200
    told = answer.json()
    assert told.keys() <= {"data", "errors", "extensions"}
    for error in told.get("errors", []):
        assert error["message"]
    if told.get("data") is None:
        assert told["errors"]
        return
    (operation,) = parse(text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    root = published.read().get_root_type(operation.operation)
    check_object(root, operation.selection_set, told["data"])
    assert told["extensions"]["cost"]["requestedQueryCost"] >= 0


def check_object(kind: Any, selections: SelectionSetNode, value: dict[str, Any]) -> None:
    for each in selections.selections:
        if isinstance(each, InlineFragmentNode):
            check_fragment(kind, each, value)
        elif isinstance(each, FieldNode) and not each.name.value.startswith("__"):
            key = each.alias.value if each.alias else each.name.value
            check_value(kind.fields[each.name.value].type, each, value[key])


def check_fragment(kind: Any, fragment: InlineFragmentNode, value: dict[str, Any]) -> None:
    """Look into a fragment where its type is the one at hand; of an abstract type nothing is known."""
    condition = fragment.type_condition
    if condition is None or condition.name.value == kind.name:
        check_object(kind, fragment.selection_set, value)


def check_value(kind: GraphQLType, field: FieldNode, value: Any) -> None:
    if isinstance(kind, GraphQLNonNull):
        assert value is not None, field.name.value
        kind = kind.of_type
    if value is None:
        return
    if isinstance(kind, GraphQLList):
        assert isinstance(value, list)
        for each in value:
            check_value(kind.of_type, field, each)
    elif isinstance(kind, GraphQLEnumType):
        assert value in kind.values
    elif field.selection_set is not None:
        check_object(kind, field.selection_set, value)


@cache
def asking(name: str) -> st.SearchStrategy[str]:
    made: st.SearchStrategy[str] = queries(admin_schema(), fields=[name], custom_scalars=SCALARS)
    return made


@cache
def changing(name: str) -> st.SearchStrategy[str]:
    made: st.SearchStrategy[str] = mutations(admin_schema(), fields=[name], custom_scalars=SCALARS)
    return made


@pytest.mark.parametrize("name", fields_of("query"))
@given(data=st.data())
@settings(BRIEFLY, max_examples=10)
def test_every_query_gets_an_answer_of_its_type(
    shop: tuple[BlockingPortal, ShopifyBench], name: str, data: st.DataObject
) -> None:
    portal, bench = shop
    text = data.draw(asking(name))
    check_answer(text, portal.call(post, bench, text, {}))


@pytest.mark.parametrize("name", fields_of("mutation"))
@given(data=st.data())
@settings(BRIEFLY, max_examples=10)
def test_every_mutation_gets_an_answer_of_its_type(
    shop: tuple[BlockingPortal, ShopifyBench], name: str, data: st.DataObject
) -> None:
    portal, bench = shop
    text = data.draw(changing(name))
    check_answer(text, portal.call(post, bench, text, {}))


@given(text=st.text(st.characters(codec="utf-8"), max_size=40), variables=st.dictionaries(st.just("input"), JUNK))
@settings(BRIEFLY, max_examples=10)
def test_nonsense_is_refused_as_graphql_does(
    shop: tuple[BlockingPortal, ShopifyBench], text: str, variables: dict[str, Any]
) -> None:
    portal, bench = shop
    told = portal.call(post, bench, text, variables).json()
    assert told["errors"]
    assert told.get("data") is None
