"""OpenTelemetry: the names of spans, metrics and attributes in one place, and their set-up.

Nothing leaves the process unless a standard ``OTEL_…`` variable names an endpoint; traces have their ids anyway.
No name or value here may hold anything personal or secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

from hub import __version__
from hub.logs import Exported, write_logs

SCOPE = "hub"
"""The instrumentation scope of every tracer and meter of the hub."""


class SpanName(StrEnum):
    """Every span that the hub starts itself."""

    WEBHOOK = "webhook"
    TURN = "turn"
    PLATFORM_CALL = "platform.call"
    GRAPHQL = "graphql"


class Metric(StrEnum):
    """Every metric of the hub; durations in seconds."""

    WEBHOOKS = "hub.webhooks"
    TURNS = "hub.turns"
    RESTARTS = "hub.actor.restarts"
    PARKED = "hub.messages.parked"
    LANE_DEPTH = "hub.lane.depth"
    LANE_AGE = "hub.lane.oldest_age"
    QUARANTINED = "hub.actors.quarantined"
    BUDGET = "hub.budget.remaining"
    HUB_DELAY = "hub.delay"
    ERP_DELAY = "hub.erp_delay"
    PLATFORM_CALLS = "hub.platform.calls"
    PLATFORM_THROTTLES = "hub.platform.throttles"
    CALL_SECONDS = "http.client.request.duration"


class Attribute(StrEnum):
    """Every attribute of spans and metrics; all of few values, except the tenant and the ids that it owns."""

    TENANT = "hub.tenant"
    PLATFORM = "hub.platform"
    TOPIC = "hub.topic"
    OUTCOME = "hub.outcome"
    ACTOR_KIND = "hub.actor.kind"
    ADDRESS = "hub.actor.address"
    LANE = "hub.lane"
    OPERATION = "hub.operation"
    FLOW = "hub.flow"
    BUDGET = "hub.budget"


DELAY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
"""From a fast hub to a platform that was away for an hour."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that is looked at when metrics are read: ``read`` must be quick, for it runs on the reader's thread."""

    name: str
    unit: str
    description: str
    read: Callable[[], Iterable[tuple[float, Mapping[str, str]]]]


@contextmanager
def telemetry(node: str, log_level: str, environ: Mapping[str, str]) -> Iterator[None]:
    """Set up logs, traces and metrics for this process, once; on the way out what waits is sent."""
    resource = Resource.create(
        {"service.name": "handelhub", "service.version": __version__, "service.instance.id": node}
    )
    with ExitStack() as closing:
        _trace(resource, exported("TRACES", environ), closing)
        _measure(resource, exported("METRICS", environ), closing)
        write_logs(log_level, *_export_logs(resource, exported("LOGS", environ), closing))
        yield


def exported(signal: str, environ: Mapping[str, str]) -> bool:
    """Say whether the standard variables name an endpoint for TRACES, METRICS or LOGS, and do not switch it off."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if environ.get(f"OTEL_{signal}_EXPORTER", "otlp").lower() == "none":
        return False
    return bool(environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or environ.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))


def _trace(resource: Resource, wanted: bool, closing: ExitStack) -> None:
    provider = TracerProvider(resource=resource) if wanted else TracerProvider(sampler=ALWAYS_OFF, resource=resource)
    if wanted:
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    closing.callback(provider.shutdown)


def _measure(resource: Resource, wanted: bool, closing: ExitStack) -> None:
    if not wanted:
        return
    views = [
        View(instrument_name=name, aggregation=ExplicitBucketHistogramAggregation(DELAY_BUCKETS))
        for name in (Metric.HUB_DELAY, Metric.ERP_DELAY, Metric.CALL_SECONDS)
    ]
    reader = PeriodicExportingMetricReader(OTLPMetricExporter())
    provider = MeterProvider(metric_readers=[reader], resource=resource, views=views)
    metrics.set_meter_provider(provider)
    closing.callback(provider.shutdown)


def _export_logs(resource: Resource, wanted: bool, closing: ExitStack) -> list[Exported]:
    if not wanted:
        return []
    provider = LoggerProvider(resource=resource)
    provider.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter()))
    closing.callback(provider.shutdown)
    return [Exported(provider.get_logger(SCOPE))]


def observe(gauges: Iterable[Gauge]) -> None:
    """Have these gauges looked at whenever metrics are read."""
    meter = metrics.get_meter(SCOPE)
    for gauge in gauges:
        callback = _callback(gauge)
        meter.create_observable_gauge(gauge.name, callbacks=[callback], unit=gauge.unit, description=gauge.description)


def _callback(gauge: Gauge) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def read(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(value, dict(attributes)) for value, attributes in gauge.read()]

    return read
