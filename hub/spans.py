"""Spans at little cost: the current one of a block, and ids alone where nobody is told of more."""

from __future__ import annotations

from random import getrandbits
from types import TracebackType
from typing import Any

from opentelemetry import context, trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext


class Current:
    """Makes a span the current one for a block and ends it then; what is raised passes unnoted.

    ``within`` is the context that it is set in, by default the caller's own.
    """

    __slots__ = ("_token", "_within", "span")

    def __init__(self, span: Span, within: Context | None = None) -> None:
        self.span = span
        self._within = within

    def __enter__(self) -> Span:
        self._token = context.attach(trace.set_span_in_context(self.span, self._within))
        return self.span

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        context.detach(self._token)
        self.span.end()


class IdsAlone(trace.TracerProvider):
    """Where traces go nowhere: spans have ids, which log lines and events name, and are never built."""

    def get_tracer(self, *_: Any, **__: Any) -> trace.Tracer:
        return _IdTracer()


class _IdTracer(trace.Tracer):
    def start_span(self, name: str, context: Context | None = None, *_: Any, **__: Any) -> Span:
        parent = trace.get_current_span(context).get_span_context()
        trace_id = parent.trace_id if parent.is_valid else getrandbits(128)
        return NonRecordingSpan(SpanContext(trace_id, getrandbits(64), is_remote=False))

    def start_as_current_span(self, name: str, context: Context | None = None, *_: Any, **__: Any) -> Any:
        return trace.use_span(self.start_span(name, context), end_on_exit=True)
