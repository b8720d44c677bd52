"""An OTLP/HTTP collector on loopback that keeps what it is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import uvicorn
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass
class Receiver:
    """What an OTLP/HTTP collector was sent."""

    url: str = ""
    traces: list[ExportTraceServiceRequest] = field(default_factory=list)
    metrics: list[ExportMetricsServiceRequest] = field(default_factory=list)
    logs: list[ExportLogsServiceRequest] = field(default_factory=list)

    def app(self) -> Starlette:
        async def receive(request: Request) -> Response:
            signal = request.path_params["signal"]
            kinds: dict[str, Any] = {
                "traces": ExportTraceServiceRequest,
                "metrics": ExportMetricsServiceRequest,
                "logs": ExportLogsServiceRequest,
            }
            getattr(self, signal).append(kinds[signal].FromString(await request.body()))
            return Response(media_type="application/x-protobuf")

        return Starlette(routes=[Route("/v1/{signal}", receive, methods=["POST"])])

    def spans(self) -> list[Span]:
        """Return every span received so far."""
        return [
            span
            for request in self.traces
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@asynccontextmanager
async def collecting() -> AsyncIterator[Receiver]:
    """A collector on a loopback port of its own."""
    made = Receiver()
    server = uvicorn.Server(uvicorn.Config(made.app(), port=0, log_config=None, lifespan="off"))
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    made.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server.main_loop)
        yield made
        server.should_exit = True
    await server.shutdown()
