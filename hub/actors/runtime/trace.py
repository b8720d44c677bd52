"""Traces that cross the mailbox: the W3C ``traceparent`` is stored with each message."""

from __future__ import annotations

from collections.abc import Iterable

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Link, NonRecordingSpan, Span, SpanContext, TraceFlags


def current_traceparent() -> str | None:
    """Return the current span as a ``traceparent``, if there is one."""
    return traceparent_of(trace.get_current_span())


def traceparent_of(one: Span) -> str | None:
    """Return a span as a ``traceparent``, if it has ids."""
    span = one.get_span_context()
    if not span.is_valid:
        return None
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}"


def span_context(traceparent: str | None) -> SpanContext | None:
    """Return the remote span that a stored ``traceparent`` names; None for anything else."""
    parts = (traceparent or "").split("-")
    if len(parts) != 4:
        return None
    try:
        trace_id, span_id, flags = (int(part, 16) for part in parts[1:])
    except ValueError:
        return None
    found = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))
    return found if found.is_valid else None


def origins(traceparents: Iterable[str | None]) -> tuple[Context | None, list[Link]]:
    """Return the trace to continue, that of the first message, and links to those of the others."""
    found = [span for span in map(span_context, dict.fromkeys(traceparents)) if span is not None]
    if not found:
        return None, []
    return trace.set_span_in_context(NonRecordingSpan(found[0])), [Link(span) for span in found[1:]]
