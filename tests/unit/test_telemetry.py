"""Telemetry as it arrives: a process of the hub exports to a real OTLP/HTTP receiver."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from opentelemetry.proto.common.v1.common_pb2 import KeyValue

from tests.otlp import Receiver, collecting

ROOT = Path(__file__).parents[2]

HUB = """
import logging
import os
from opentelemetry import metrics, trace
from hub.telemetry import Gauge, Metric, SpanName, observe, telemetry

with telemetry("node-1", "info", os.environ):
    observe([Gauge(Metric.LANE_DEPTH, lambda: [(7, {"hub.lane": "stock"})])])
    with trace.get_tracer("hub").start_as_current_span(SpanName.WEBHOOK) as span:
        logging.getLogger("hub.test").warning("refused, client_secret=hunter2hunter2", extra={"lane": "stock"})
        metrics.get_meter("hub").create_counter(Metric.WEBHOOKS).add(2, {"hub.outcome": "accepted"})
        print(format(span.get_span_context().trace_id, "032x"))
"""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A collector on a loopback port of its own."""
    async with collecting() as made:
        yield made


async def run_hub(**environ: str) -> subprocess.CompletedProcess[bytes]:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "HUB_"))}
    done: subprocess.CompletedProcess[bytes] = await anyio.run_process(
        [sys.executable, "-W", "error", "-c", HUB], cwd=ROOT, env={**given, **environ}, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done


def plain(attributes: list[KeyValue]) -> dict[str, str]:
    return {one.key: one.value.string_value for one in attributes}


async def test_spans_metrics_and_logs_arrive_at_the_named_endpoint(receiver: Receiver) -> None:
    done = await run_hub(OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url)
    resource = receiver.traces[0].resource_spans[0]
    span = resource.scope_spans[0].spans[0]
    assert plain(resource.resource.attributes)["service.name"] == "handelhub"
    assert plain(resource.resource.attributes)["service.instance.id"] == "node-1"
    assert (span.name, span.trace_id.hex()) == ("webhook", done.stdout.decode().strip())
    found = {metric.name: metric for metric in receiver.metrics[0].resource_metrics[0].scope_metrics[0].metrics}
    assert found["hub.webhooks"].sum.data_points[0].as_int == 2
    assert found["hub.lane.depth"].gauge.data_points[0].as_int == 7
    record = receiver.logs[0].resource_logs[0].scope_logs[0].log_records[0]
    assert record.trace_id == span.trace_id
    assert plain(record.attributes)["lane"] == "stock"
    assert "hunter2" not in record.body.string_value
    assert b"hunter2" not in done.stderr


async def test_nothing_is_sent_without_an_endpoint_and_traces_have_ids_anyway(receiver: Receiver) -> None:
    done = await run_hub()
    assert len(done.stdout.strip()) == 32
    assert int(done.stdout, 16) != 0
    assert (receiver.traces, receiver.metrics, receiver.logs) == ([], [], [])


async def test_one_signal_can_be_exported_alone(receiver: Receiver) -> None:
    await run_hub(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{receiver.url}/v1/traces")
    assert len(receiver.traces) == 1
    assert (receiver.metrics, receiver.logs) == ([], [])


async def test_a_signal_can_be_switched_off(receiver: Receiver) -> None:
    await run_hub(OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url, OTEL_LOGS_EXPORTER="none", OTEL_METRICS_EXPORTER="none")
    assert len(receiver.traces) == 1
    assert (receiver.metrics, receiver.logs) == ([], [])
