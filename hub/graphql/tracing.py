"""One span per operation, named after it; never its text or arguments, which may hold what nobody should read."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import OperationType
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from strawberry.extensions import SchemaExtension

from hub.spans import Current

TRACER = trace.get_tracer("hub.graphql")


class OperationTrace(SchemaExtension):
    """Gives every operation a span and a context of its own that knows the trace."""

    def on_operation(self) -> Iterator[None]:
        span = _started()
        self._span = span
        context = self.execution_context
        context.context = context.context.for_operation(_trace_id(span))
        yield
        span.end()

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        _name(self._span, context.operation_type.value, context.operation_name)
        if context.operation_type.value == OperationType.SUBSCRIPTION.value:
            yield
            return
        with trace.use_span(self._span):
            yield


def spanned(kind: str, name: str | None) -> Current:
    """Return a span for an operation of this kind and name that needs no extensions, current for a block."""
    span = _started()
    _name(span, kind, name)
    return Current(span)


def _started() -> Span:
    return TRACER.start_span("graphql", kind=SpanKind.SERVER)


def _name(span: Span, kind: str, name: str | None) -> None:
    span.update_name(f"graphql {kind} {name or 'anonymous'}")
    span.set_attribute("graphql.operation.type", kind)
    span.set_attribute("graphql.operation.name", name or "anonymous")


def _trace_id(span: Span) -> str | None:
    found = span.get_span_context()
    return format(found.trace_id, "032x") if found.is_valid else None
