"""One trace leads from a webhook through the mailboxes to the last platform call, in a real collector."""

from __future__ import annotations

import os
import re
import sys
from collections import defaultdict
from pathlib import Path

import anyio
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.otlp import collecting

ROOT = Path(__file__).parents[2]
SECRETS = (b"ck_sandbox", b"cs_sandbox", b"bol-secret", b"sandbox-secret", b"Bearer ")
MAIL_ADDRESS = re.compile(rb"[\w.+-]{2,}@[\w-]{2,}\.\w{2,}")


def attribute(span: Span, name: str) -> str:
    return next((one.value.string_value for one in span.attributes if one.key == name), "")


def by_trace(spans: list[Span]) -> dict[bytes, list[Span]]:
    found: dict[bytes, list[Span]] = defaultdict(list)
    for span in spans:
        found[span.trace_id].append(span)
    return found


def leads_from_webhook_to_sales_order(trace: list[Span]) -> bool:
    """The webhook, the turn that fetched the order, the turn that forwarded it, and the call that posted it."""
    names = {span.name for span in trace}
    lanes = {attribute(span, "hub.actor.address").partition("/")[0] for span in trace if span.name.startswith("turn")}
    posted = any(
        attribute(span, "http.request.method") == "POST"
        and attribute(span, "url.full").endswith("salesorder/SalesOrders")
        for span in trace
    )
    return "webhook" in names and {"channel", "erp"} <= lanes and posted


@pytest.mark.timeout(600)
async def test_a_sale_is_one_trace_from_webhook_to_exact_and_holds_nothing_secret() -> None:
    async with collecting() as receiver:
        given = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "HUB_"))}
        export = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        done = await anyio.run_process(
            [sys.executable, "main.py", "demo", "--for", "12", "--json"], cwd=ROOT, env={**given, **export}, check=False
        )
        assert done.returncode == 0, done.stdout.decode()[-2000:]
    traces = by_trace(receiver.spans())
    assert any(leads_from_webhook_to_sales_order(trace) for trace in traces.values())
    written = b"".join(one.SerializeToString() for one in receiver.traces)
    written += b"".join(one.SerializeToString() for one in receiver.logs)
    assert not [word for word in SECRETS if word in written]
    assert not MAIL_ADDRESS.search(written)
