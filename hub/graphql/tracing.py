"""One span per operation, named after it; never its text or arguments, which may hold what nobody should read."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import OperationType
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from strawberry.extensions import SchemaExtension

TRACER = trace.get_tracer("hub.graphql")


class OperationTrace(SchemaExtension):
    """Gives every operation a span and a context of its own that knows the trace."""

    def on_operation(self) -> Iterator[None]:
        span = TRACER.start_span("graphql", kind=SpanKind.SERVER)
        self._span = span
        context = self.execution_context
        context.context = context.context.for_operation(_trace_id(span))
        yield
        span.end()

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        name = context.operation_name or "anonymous"
        self._span.update_name(f"graphql {context.operation_type.value} {name}")
        self._span.set_attribute("graphql.operation.type", context.operation_type.value)
        self._span.set_attribute("graphql.operation.name", name)
        if context.operation_type.value == OperationType.SUBSCRIPTION.value:
            yield
            return
        with trace.use_span(self._span):
            yield


def _trace_id(span: Span) -> str | None:
    found = span.get_span_context()
    return format(found.trace_id, "032x") if found.is_valid else None
