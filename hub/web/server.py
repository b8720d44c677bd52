"""The HTTP server: listens from the start, and leaves politely when the process is asked to stop."""

from __future__ import annotations

import logging
import math
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio
import uvicorn
from starlette.types import ASGIApp

BACKLOG = 2048

_log = logging.getLogger(__name__)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; ``OSError`` where the address is taken or not ours.

    It names its protocol, for asyncio spares only TCP sockets the delay of Nagle's algorithm.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(BACKLOG)
    return listener


async def serve(
    app: ASGIApp, listener: socket.socket, *, grace: float, largest_frame: int, leaving: Callable[[], None]
) -> None:
    """Serve until SIGTERM or SIGINT: then nothing new is accepted, and what runs has ``grace`` seconds to end.

    ``leaving`` is called at the first signal, so that others can begin to leave too; a second signal ends the grace.
    """
    server = _Server(
        uvicorn.Config(
            app,
            http="httptools",
            ws="websockets-sansio",
            ws_max_size=largest_frame,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=max(1, math.ceil(grace)),
        )
    )
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_watch, server, leaving)
        await server.serve(sockets=[listener])
        tasks.cancel_scope.cancel()


class _Server(uvicorn.Server):
    """Leaves signals to the hub: uvicorn raises them again once it has stopped, before anything else could close."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _watch(server: uvicorn.Server, leaving: Callable[[], None]) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        async for received in signals:
            if server.should_exit:
                server.force_exit = True
                continue
            _log.info("asked to stop by %s", received.name)
            leaving()
            server.should_exit = True
