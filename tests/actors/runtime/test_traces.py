"""A trace crosses the mailbox, and a turn over several messages links to all of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from hub.actors.runtime import turner
from hub.actors.runtime.turn import Turn
from hub.store.engine import Database
from tests.actors.runtime.stage import BOL, SHOP, Note, Script, empty, node, send, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Every span that ends during the test."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    monkeypatch.setattr(turner, "_tracer", provider.get_tracer("hub"))
    yield exporter
    provider.shutdown()


def turns_of(spans: InMemorySpanExporter, address: object) -> list[ReadableSpan]:
    found = [span for span in spans.get_finished_spans() if span.name == "turn"]
    return [span for span in found if (span.attributes or {})["hub.actor.address"] == str(address)]


async def test_a_turn_continues_the_trace_of_its_message_and_passes_it_on(
    database: Database, spans: InMemorySpanExporter
) -> None:
    async def handle(turn: Turn) -> None:
        if turn.address == BOL:
            turn.post(SHOP, Note(2))

    async with node(database, Script(handle)):
        with trace.get_tracer("test").start_as_current_span("sale") as sale:
            await send(database, Note(1))
        await until(lambda: bool(turns_of(spans, SHOP)))
    [first], [second] = turns_of(spans, BOL), turns_of(spans, SHOP)
    assert first.context is not None
    assert first.parent is not None
    assert second.parent is not None
    assert first.parent.span_id == sale.get_span_context().span_id
    assert second.parent.span_id == first.context.span_id
    assert {first.context.trace_id} == {second.parent.trace_id} == {sale.get_span_context().trace_id}


async def test_a_turn_over_several_messages_links_to_the_others(
    database: Database, spans: InMemorySpanExporter
) -> None:
    sales = []
    for number in range(3):
        with trace.get_tracer("test").start_as_current_span("sale") as sale:
            await send(database, Note(number))
        sales.append(sale.get_span_context().trace_id)
    async with node(database, Script()):
        await until(partial(empty, database))
    await until(lambda: bool(turns_of(spans, BOL)))
    [turn] = turns_of(spans, BOL)
    assert turn.parent is not None
    assert [turn.parent.trace_id, *(link.context.trace_id for link in turn.links)] == sales
