"""The manners of the door: media types, status codes and refusals of GraphQL over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp

from hub.domain.tenant import Principal, Role
from hub.graphql.context import GraphQLDependencies
from hub.graphql.endpoint import make_graphql_app
from hub.graphql.examples import EXAMPLES
from hub.store.engine import Database, StoreUnavailable
from tests.api.caller import GRAPHQL_JSON, Caller
from tests.api.conftest import Calling
from tests.api.house import House

VIEWER = {"query": "{ viewer { label } }"}


@pytest.fixture
def database(embedded: Database) -> Database:
    """One kind of database is enough here."""
    return embedded


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("", GRAPHQL_JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
        ("application/*", "application/json"),
        (f"{GRAPHQL_JSON}, application/json;q=0.9", GRAPHQL_JSON),
        (f"application/json, {GRAPHQL_JSON};q=0.5", "application/json"),
        ("text/html, application/json;q=0.2", "application/json"),
    ],
)
async def test_the_answer_comes_in_the_media_type_asked_for(
    calling: Calling, house: House, accept: str, media: str
) -> None:
    answer = await (await calling()).send(VIEWER, accept=accept)
    assert (answer.status_code, answer.headers["content-type"]) == (200, f"{media}; charset=utf-8")
    assert answer.json()["data"] == {"viewer": {"label": "admin of acme"}}


async def test_a_media_type_that_nobody_speaks_is_not_acceptable(calling: Calling, house: House) -> None:
    assert (await (await calling()).send(VIEWER, accept="text/html")).status_code == 406


@pytest.mark.parametrize(
    "body",
    [
        {"query": "{"},
        {"query": "{ nothingOfTheKind }"},
        {"query": "query A { __typename } query B { __typename }"},
        {"query": "query A { __typename }", "operationName": "B"},
        {"query": "query ($n: Int!) { division(number: $n) { code: number } }", "variables": {"n": "x"}},
        {"query": "fragment F on Query { __typename }"},
        {"query": "subscription { syncEvents { cursor } }"},
    ],
)
async def test_a_request_that_cannot_be_executed_is_400_or_for_old_clients_200(
    calling: Calling, house: House, body: dict[str, Any]
) -> None:
    caller = await calling()
    new, old = await caller.send(body), await caller.send(body, accept="application/json")
    assert (new.status_code, old.status_code) == (400, 200)
    assert "data" not in new.json()
    assert new.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"NONSENSE", 400),
        (b'{"query":', 400),
        (b"[]", 400),
        (b"7", 400),
        (b'"x"', 400),
        (b"null", 400),
        (b"[" * 100_000, 400),
        (b'{"qeury": "{ __typename }"}', 400),
        (b'{"query": 7}', 400),
        (b'{"query": ""}', 400),
        (b'{"query": "{ __typename }", "variables": [7]}', 400),
        (b'{"query": "{ __typename }", "operationName": {}}', 400),
        (b'{"query": "{ __typename }", "extensions": "x"}', 400),
        (b'{"query": "\xff"}', 400),
        (b'[{"query": "{ __typename }"}]', 400),
        (b" " * 2_000_000, 413),
    ],
)
async def test_a_body_that_is_no_graphql_request_is_refused(
    calling: Calling, house: House, body: bytes, status: int
) -> None:
    caller = await calling()
    for accept in (GRAPHQL_JSON, "application/json"):
        answer = await caller.send(body, accept=accept)
        assert answer.status_code == status
        assert answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1"]
)
async def test_only_json_in_utf8_is_read(calling: Calling, house: House, media: str) -> None:
    answer = await (await calling()).send(b'{"query": "{ __typename }"}', **{"content-type": media})
    assert answer.status_code == 415


@pytest.mark.parametrize("token", [None, "hub_unknown", "x" * 5000])
async def test_without_a_token_that_works_nothing_is_answered(app: ASGIApp, house: House, token: str | None) -> None:
    answer = await Caller(app, token).send({"query": "{ __schema { types { name } } }"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD", "OPTIONS"])
async def test_only_post_is_served(app: ASGIApp, house: House, method: str) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://hub.test") as client:
        answer = await client.request(method, "/graphql?query={__typename}", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_a_partial_answer_is_200_and_names_the_field(calling: Calling, house: House) -> None:
    caller = await calling(Role.VIEWER)
    answer = await caller.send({"query": "{ viewer { label } orders { nodes { number buyer { email } } } }"})
    assert answer.status_code == 200
    assert answer.json()["data"]["orders"]["nodes"] == [{"number": "#order", "buyer": None}]
    error = answer.json()["errors"][0]
    assert (error["path"], error["extensions"]["code"]) == (["orders", "nodes", 0, "buyer"], "FORBIDDEN")


async def test_an_unreachable_database_is_503_and_says_so(needs: GraphQLDependencies, house: House) -> None:
    async def gone(token: str) -> Principal | None:
        raise StoreUnavailable("no connection to 10.0.0.7")

    answer = await Caller(make_graphql_app(replace(needs, authenticate=gone)), "hub_x").send(VIEWER)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "10.0.0.7" not in answer.text


async def test_the_editor_is_there_in_demo_mode_alone(needs: GraphQLDependencies, house: House) -> None:
    for demo, status in ((True, 200), (False, 405)):
        app = make_graphql_app(replace(needs, demo=demo))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://hub.test") as client:
            answer = await client.get("/graphql", headers={"accept": "text/html"})
        assert answer.status_code == status
        assert ("subscription LiveLog" in answer.text) is demo


async def test_every_ready_made_query_works(calling: Calling, house: House) -> None:
    caller = await calling()
    for name, query in EXAMPLES:
        if "subscription" not in query:
            answer = await caller.send({"query": query, "variables": {"order": "T3JkZXI6bm9uZQ=="}})
            assert "errors" not in answer.json(), name
