"""How much one operation may ask for, and how fast an attempt at more is refused."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from graphql import get_introspection_query

from hub.domain.tenant import Role
from hub.graphql.bounds import Limits
from hub.graphql.context import GraphQLDependencies
from hub.graphql.endpoint import make_graphql_app
from hub.store.engine import Database
from tests.api.caller import Caller
from tests.api.conftest import Calling, token_for
from tests.api.house import House


@pytest.fixture
def database(embedded: Database) -> Database:
    """One kind of database is enough here."""
    return embedded


def nested(depth: int) -> str:
    """Return a query that goes from channel to orders to channel and on."""
    return "{ channels " + "{ orders(first: 1) { nodes { channel " * depth + "{ name }" + " } } }" * depth + " }"


def bomb(levels: int) -> str:
    """Return a document whose fragments double at each level: unfolded it has 2^levels fields."""
    fragments = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)]
    return "{ ...F0 } " + " ".join(fragments) + f" fragment F{levels} on Query {{ __typename }}"


def branching(levels: int) -> str:
    """Return a document whose fragments branch over aliased fields: unfolded it has 2^levels objects."""
    twice = "x: channel {{ ...F{n} }} y: channel {{ ...F{n} }}"
    fragments = [
        f"fragment F{n} on Channel {{ orders {{ nodes {{ {twice.format(n=n + 1)} }} }} }}" for n in range(levels)
    ]
    return "{ channels { ...F0 } } " + " ".join(fragments) + f" fragment F{levels} on Channel {{ name }}"


REFUSED = {
    "depth": nested(5),
    "nesting beyond the parser": "{" * 990,
    "list of lists": "{ channel(id: " + "[" * 950 + "]" * 950 + ") { name } }",
    "branching fragments": branching(25),
    "aliases": "{ " + " ".join(f"a{n}: viewer {{ role }}" for n in range(40)) + " }",
    "tokens": "{ " + "viewer { role } " * 1000 + " }",
    "one field again and again": "{ orders { " + "nodes { " * 1 + "id " * 1900 + "} } }",
    "many rows of many rows": "{ orders(first: 100) { nodes { journey(first: 100) "
    "{ nodes { id channel { name } } } } } }",
    "hidden in a fragment": "query { ...F } fragment F on Query { orders(first: 100) { nodes { journey(first: 100) "
    "{ nodes { channel { actor { lanes { name } } } } } } } }",
    "a fragment that spreads itself": "{ ...F } fragment F on Query { ...F }",
    "an unknown fragment": "{ ...Nothing }",
    "many ids": "query { nodes(ids: ["
    + '"x" ' * 1500
    + "]) { ... on Order { lines { product { listings { id } } } } } }",
    "a zero byte in a literal": '{ products(search: "a\\u0000b") { nodes { id } } }',
    "a huge number": "{ orders(first: " + "9" * 400 + ") { nodes { id } } }",
}


@pytest.mark.parametrize("name", REFUSED)
async def test_too_much_is_refused_at_once(calling: Calling, house: House, name: str) -> None:
    caller = await calling()
    began = time.process_time()
    answer = await caller.send({"query": REFUSED[name]})
    assert time.process_time() - began < 2
    assert answer.status_code in (200, 400), answer.text
    assert answer.json()["errors"]
    assert "INTERNAL" not in answer.text


async def test_fragments_spread_over_and_over_are_weighed_once(calling: Calling, house: House) -> None:
    """Two to the hundredth spreads of one field are one field, and take no time."""
    began = time.process_time()
    assert await (await calling()).ask(bomb(100)) == {"__typename": "Query"}
    assert time.process_time() - began < 2


async def test_a_zero_byte_in_a_variable_is_refused(calling: Calling, house: House) -> None:
    caller = await calling()
    query = "query ($filter: OrdersFilter) { orders(filter: $filter) { nodes { id } } }"
    answer = await caller.send({"query": query, "variables": {"filter": {"search": "a\0b"}}})
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, "No text may hold a zero byte.")


async def test_the_cost_is_told_and_counts_rows(calling: Calling, house: House) -> None:
    caller = await calling()
    query = "query ($n: Int) { orders(first: $n) { nodes { channel { name } } } }"
    costs = [(await caller.answer(query, n=n))["extensions"]["cost"]["requested"] for n in (1, 10, 100)]
    assert costs == [3, 21, 201]


async def test_variables_count_as_much_as_literals(
    needs: GraphQLDependencies, database: Database, house: House
) -> None:
    app = make_graphql_app(replace(needs, limits=Limits(cost=50)))
    caller = Caller(app, await token_for(database, "acme", Role.VIEWER))
    query = "query ($n: Int) { orders(first: $n) { nodes { id } } }"
    assert "errors" not in await caller.answer(query, n=20)
    refused = await caller.answer(query, n=60)
    assert refused["errors"][0]["extensions"] == {"code": "TOO_EXPENSIVE", "cost": 61, "limit": 50}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ("first: 101", "first must be from 0 to 100."),
        ("first: -1", "first must be from 0 to 100."),
        ("first: 1, last: 1", "Give first or last, not both."),
        ('after: "nonsense"', "This is not a cursor of this list: after."),
        ('before: "WzFd"', "This is not a cursor of this list: before."),
    ],
)
async def test_arguments_that_make_no_page_are_named(
    calling: Calling, house: House, arguments: str, problem: str
) -> None:
    answer = await (await calling()).answer(f"{{ orders({arguments}) {{ nodes {{ id }} }} }}")
    assert answer["errors"][0]["message"] == problem
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_introspection_of_an_editor_fits(calling: Calling, house: House) -> None:
    answer = await (await calling()).send({"query": get_introspection_query(descriptions=True)})
    assert answer.status_code == 200, answer.text
    assert "errors" not in answer.json()
