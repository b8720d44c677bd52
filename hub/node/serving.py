"""A node as a process: telemetry, the open node, its doors, and a polite end."""

from __future__ import annotations

import logging
import os
from dataclasses import replace

import anyio

from hub.clock import SystemClock
from hub.node.meters import Meters
from hub.node.node import open_node
from hub.settings import Settings
from hub.telemetry import exported, observe, telemetry
from hub.web.server import listen
from hub.web.server import serve as serve_http

_log = logging.getLogger(__name__)


async def serve(settings: Settings) -> None:
    """Run a node until SIGTERM or SIGINT; raises what ``open_node`` raises, and OSError for a taken port."""
    with telemetry(settings.node, settings.log_level, os.environ), listen(settings.host, settings.port) as listener:
        port = listener.getsockname()[1]
        if settings.port == 0 and settings.public_url.endswith(":0"):
            settings = replace(settings, port=port, public_url=f"http://{settings.host}:{port}")
        async with open_node(settings, SystemClock()) as node:
            _log.info("listening on http://%s:%d", settings.host, port, extra={"node": settings.node})

            def leave() -> None:
                node.actors.leave()
                node.announcer.close()
                node.actors.leave()

            async with anyio.create_task_group() as tasks:
                if exported("METRICS", os.environ):
                    meters = Meters(node.database)
                    observe(meters.gauges())
                    tasks.start_soon(meters.run)
                await serve_http(
                    node.app, listener, grace=settings.drain_seconds, largest_frame=settings.body_limit, leaving=leave
                )
                tasks.cancel_scope.cancel()
        _log.info("stopped", extra={"node": settings.node})
