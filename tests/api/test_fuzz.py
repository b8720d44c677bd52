"""Whatever is thrown at the door: never a 500, never a hang, always a GraphQL answer."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest
from graphql import parse_value
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema

from hub.domain.tenant import Role
from hub.graphql.schema import sdl
from tests.api.caller import Caller, global_id
from tests.api.conftest import Calling
from tests.api.house import House

SLOWLY = settings(
    max_examples=60,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
IDS = st.sampled_from(
    [
        global_id("Order", "acme-order"),
        global_id("OrderLine", "acme-order:1"),
        global_id("Listing", "acme-listing"),
        global_id("Product", "acme-product"),
        global_id("Channel", "shop"),
        global_id("ErpConnection", "acme-exact"),
        global_id("ParkedMessage", "acme-parked"),
        global_id("Division", 9**30),
        global_id("Order", "\0"),
        global_id("OrderLine", ":"),
        global_id("Nothing", "x"),
        "",
        "x",
        "=" * 40,
    ]
).map(lambda text: f'"{text}"')


def nodes(text: Any) -> Any:
    """Return a strategy of GraphQL literal nodes from one of literals."""
    return text.map(parse_value)


CUSTOM = {
    "Decimal": nodes(st.sampled_from(['"0.21"', '"NaN"', '"1e999999"', '"-0"', "1", "1.5", "true", '"9" ', '"1e-30"'])),
    "DateTime": nodes(
        st.sampled_from(['"2026-11-23T12:00:00Z"', '"2026-11-23"', '"0001-01-01T00:00:00+14:00"', '"x"', "7"])
    ),
    "Date": nodes(st.sampled_from(['"2026-11-23"', '"2026-11-01"', '"0001-01-01"', '"9999-12-31"', '"x"', "7"])),
    "JSON": nodes(st.just("{}")),
    "ID": nodes(IDS),
}


@pytest.fixture
async def caller(calling: Calling, house: House) -> Caller:
    """An admin of acme."""
    return await calling(Role.ADMIN)


async def is_answered(caller: Caller, body: Any, **headers: str) -> None:
    """Assert that a body gets an answer in time that is no fault of ours."""
    with anyio.fail_after(60):
        answer = await caller.send(body, **headers)
    assert answer.status_code < 500, answer.text
    assert "INTERNAL" not in answer.text, (body, answer.text)
    assert {"data", "errors"} & set(answer.json())


@SLOWLY
@given(query=from_schema(sdl(), custom_scalars=CUSTOM, allow_null=True, allow_x00=True))
async def test_any_operation_that_the_schema_allows_is_answered(caller: Caller, query: str) -> None:
    await is_answered(caller, {"query": query})


@SLOWLY
@given(query=st.text(alphabet='{}()[]:!$@.."\\ \nabcorders#-0123456789', max_size=200))
async def test_any_text_is_answered(caller: Caller, query: str) -> None:
    await is_answered(caller, {"query": query})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)


@SLOWLY
@given(value=JSON)
async def test_any_variable_is_answered(caller: Caller, value: Any) -> None:
    query = (
        "query ($filter: OrdersFilter, $id: ID!, $ids: [ID!]!, $first: Int, $after: String) {"
        " node(id: $id) { id } nodes(ids: $ids) { id }"
        " orders(filter: $filter, first: $first, after: $after) { nodes { number } } }"
    )
    for name in ("filter", "id", "ids", "first", "after"):
        variables = {"id": "", "ids": [], name: value}
        await is_answered(caller, json.dumps({"query": query, "variables": variables}).encode())


@SLOWLY
@given(body=st.binary(max_size=300), accept=st.text(alphabet="abc/*;q=0.1,+ ", max_size=40))
async def test_any_bytes_are_answered(caller: Caller, body: bytes, accept: str) -> None:
    await is_answered(caller, body, accept=accept)


@SLOWLY
@given(cursor=st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.hex()))
async def test_any_cursor_is_answered(caller: Caller, cursor: str) -> None:
    query = "query ($c: String) { syncEvents(after: $c) { nodes { id } } riskList(before: $c) { nodes { id } } }"
    await is_answered(caller, {"query": query, "variables": {"c": cursor}})
