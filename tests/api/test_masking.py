"""What goes wrong on our side is told by a trace id alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hub.domain.address import Buyer
from hub.domain.tenant import Role
from hub.graphql import tracing
from hub.graphql.context import GraphQLDependencies
from hub.graphql.endpoint import make_graphql_app
from hub.store.engine import Database, StoreUnavailable
from tests.api.caller import Caller
from tests.api.conftest import token_for
from tests.api.house import House


@pytest.fixture
def database(embedded: Database) -> Database:
    """One kind of database is enough here."""
    return embedded


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """The spans of the API."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "TRACER", provider.get_tracer("test"))
    yield exporter
    provider.shutdown()


async def failing(needs: GraphQLDependencies, error: Exception) -> Caller:
    """Return an operator for whom opening a buyer fails."""

    def fail(tenant_id: str, order_id: str, sealed: bytes, key: bytes | None) -> Buyer:
        raise error

    app = make_graphql_app(replace(needs, open_buyer=fail))
    return Caller(app, await token_for(needs.database, "acme", Role.OPERATOR))


QUERY = "query Buyers { orders { nodes { number buyer { email } } } }"


async def test_an_unexpected_error_is_masked_with_its_trace_id_and_logged(
    needs: GraphQLDependencies, house: House, spans: InMemorySpanExporter, caplog: pytest.LogCaptureFixture
) -> None:
    caller = await failing(needs, RuntimeError("password=hunter2 in /etc/hub"))
    answer = await caller.send({"query": QUERY})
    assert answer.status_code == 200
    assert "hunter2" not in answer.text
    [error] = answer.json()["errors"]
    [span] = spans.get_finished_spans()
    assert error["message"] == "Something went wrong on our side."
    assert error["path"] == ["orders", "nodes", 0, "buyer"]
    assert error["extensions"] == {"code": "INTERNAL", "traceId": trace.format_trace_id(span.context.trace_id)}
    assert error["extensions"]["traceId"] in caplog.text
    assert "hunter2" in caplog.text
    assert answer.json()["data"]["orders"]["nodes"] == [{"number": "#order", "buyer": None}]


async def test_a_span_names_the_operation_and_holds_nothing_of_its_text(
    needs: GraphQLDependencies, house: House, spans: InMemorySpanExporter
) -> None:
    caller = Caller(make_graphql_app(needs), await token_for(needs.database, "acme", Role.VIEWER))
    for _ in range(2):
        await caller.ask('query Wanted { products(search: "jan@example.org") { nodes { id } } }')
    usual, known = spans.get_finished_spans()
    assert usual.name == known.name == "graphql query Wanted"
    assert usual.attributes == known.attributes
    assert usual.kind == known.kind
    assert "jan@example.org" not in usual.to_json() + known.to_json()


async def test_a_database_that_went_away_is_named_as_such(needs: GraphQLDependencies, house: House) -> None:
    caller = await failing(needs, StoreUnavailable("disk full on /dev/sda1"))
    answer = await caller.send({"query": QUERY})
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
    assert "sda1" not in answer.text
