"""A node as a process: telemetry, the open node, its doors, and a polite end."""

from __future__ import annotations

import logging
import os
import socket
from dataclasses import replace

import anyio

from hub.clock import Clock, SystemClock
from hub.node import garbage
from hub.node.meters import Meters
from hub.node.node import Node, open_node
from hub.settings import Settings
from hub.telemetry import exported, observe, telemetry
from hub.web.server import listen
from hub.web.server import serve as serve_http

_log = logging.getLogger(__name__)


async def serve(settings: Settings, clock: Clock | None = None) -> None:
    """Run a node until SIGTERM or SIGINT; raises what ``open_node`` raises, and OSError for a taken port.

    ``clock`` None is the machine's own.
    """
    scraped = bool(settings.metrics_token)
    with (
        telemetry(settings.node, settings.log_level, os.environ, scraped=scraped) as scrape,
        listen(settings.host, settings.port) as listener,
    ):
        placed = _placed(settings, listener.getsockname()[1])
        async with open_node(placed, clock or SystemClock(), scrape) as node, anyio.create_task_group() as tasks:
            if scraped or exported("METRICS", os.environ):
                meters = Meters(node.database, placed.metrics_seconds)
                observe(meters.gauges())
                tasks.start_soon(meters.run)
            garbage.calm()
            await _open_doors(placed, node, listener)
            tasks.cancel_scope.cancel()
        _log.info("stopped", extra={"node": placed.node})


def _placed(settings: Settings, port: int) -> Settings:
    """Return the settings with the port that was really taken."""
    if not settings.public_url.endswith(":0"):
        return replace(settings, port=port)
    return replace(settings, port=port, public_url=f"http://{settings.host}:{port}")


async def _open_doors(settings: Settings, node: Node, listener: socket.socket) -> None:
    _log.info("listening on http://%s:%d", settings.host, settings.port, extra={"node": settings.node})

    def leave() -> None:
        """Hand the actors over and complete subscriptions while the server still answers what came before."""
        node.actors.leave()
        node.announcer.close()

    await serve_http(node.app, listener, grace=settings.drain_seconds, largest_frame=settings.body_limit, leaving=leave)
