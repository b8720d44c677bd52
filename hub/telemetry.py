"""OpenTelemetry: the names of spans in one place, and the set-up of traces, metrics and logs.

Nothing leaves the process unless a standard ``OTEL_…`` variable names an endpoint; traces have their ids anyway.
Metrics can be scraped as well (``Scrape``). No name or value here may hold anything personal or secret.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TypeAlias

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest

from hub import __version__
from hub.logs import Exported, write_logs
from hub.metrics import SCOPE, Attribute, Kind, Metric
from hub.spans import IdsAlone

__all__ = ["SCOPE", "Attribute", "Gauge", "Metric", "Scrape", "SpanName", "exported", "observe", "telemetry"]

Scrape: TypeAlias = Callable[[], bytes]
"""Returns all metrics of the process in Prometheus' text format; takes a moment, so call it on a thread."""


class SpanName(StrEnum):
    """Every span that the hub starts itself."""

    WEBHOOK = "webhook"
    TURN = "turn"
    PLATFORM_CALL = "platform.call"
    GRAPHQL = "graphql"


DELAY_BUCKETS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
"""From a fast disk to a platform that was away for an hour."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """A number that is looked at when metrics are read: ``read`` must be quick, for it runs on the reader's thread."""

    metric: Metric
    read: Callable[[], Iterable[tuple[float, Mapping[str, str]]]]


@contextmanager
def telemetry(
    node: str, log_level: str, environ: Mapping[str, str], *, scraped: bool = False
) -> Iterator[Scrape | None]:
    """Set up logs, traces and metrics for this process, once, and give what a scraper reads, where one is wanted.

    On the way out what waits is sent.
    """
    resource = Resource.create(
        {"service.name": "handelhub", "service.version": __version__, "service.instance.id": node}
    )
    with ExitStack() as closing:
        _trace(resource, exported("TRACES", environ), closing)
        registry = CollectorRegistry() if scraped else None
        _measure(resource, exported("METRICS", environ), registry, closing)
        write_logs(log_level, *_export_logs(resource, exported("LOGS", environ), closing))
        yield partial(generate_latest, registry) if registry is not None else None


def exported(signal: str, environ: Mapping[str, str]) -> bool:
    """Say whether the standard variables name an endpoint for TRACES, METRICS or LOGS, and do not switch it off."""
    if environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if environ.get(f"OTEL_{signal}_EXPORTER", "otlp").lower() == "none":
        return False
    return bool(environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or environ.get(f"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))


def _trace(resource: Resource, wanted: bool, closing: ExitStack) -> None:
    if not wanted:
        trace.set_tracer_provider(IdsAlone())
        return
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    closing.callback(provider.shutdown)


def _measure(resource: Resource, pushed: bool, registry: CollectorRegistry | None, closing: ExitStack) -> None:
    readers: list[MetricReader] = [PeriodicExportingMetricReader(OTLPMetricExporter())] if pushed else []
    if registry is not None:
        ProcessCollector(registry=registry)
        readers.append(PrometheusMetricReader(scope_info_enabled=False, registry=registry))
    if not readers:
        return
    views = [
        View(instrument_name=metric.value, aggregation=ExplicitBucketHistogramAggregation(DELAY_BUCKETS))
        for metric in Metric
        if metric.kind is Kind.HISTOGRAM
    ]
    provider = MeterProvider(metric_readers=readers, resource=resource, views=views)
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
        one = gauge.metric
        meter.create_observable_gauge(one.value, [_callback(gauge)], unit=one.unit, description=one.description)


def _callback(gauge: Gauge) -> Callable[[CallbackOptions], Iterable[Observation]]:
    def read(_: CallbackOptions) -> Iterable[Observation]:
        return [Observation(value, dict(attributes)) for value, attributes in gauge.read()]

    return read
