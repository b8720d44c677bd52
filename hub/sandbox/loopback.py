"""Serving on loopback, also as a guest in somebody else's event loop."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import anyio
import uvicorn
from starlette.types import ASGIApp

from hub.sandbox.wire import DroppableProtocol


def server_config(app: ASGIApp, port: int, certificate: Path | None = None) -> uvicorn.Config:
    """Return how the sandbox is served: loopback only, droppable connections, its own Date header.

    With a certificate (a PEM file that also holds its key) it speaks TLS.
    """
    return uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        http=DroppableProtocol,
        ws="none",
        log_level="warning",
        access_log=False,
        date_header=False,
        ssl_certfile=certificate,
    )


class _GuestServer(uvicorn.Server):
    """A server inside somebody else's program, whose signals are not ours to take."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = anyio.Event()
        self.leave = anyio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def main_loop(self) -> None:
        await self.leave.wait()


def loopback_socket(port: int = 0) -> socket.socket:
    """Return a listening socket on loopback.

    It names its protocol: asyncio switches Nagle's delay off only for sockets that say they are TCP.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(512)
    return listener


@asynccontextmanager
async def guest_server(app: ASGIApp, listener: socket.socket, certificate: Path | None = None) -> AsyncIterator[None]:
    """Serve an application on a listening socket within the caller's event loop; over TLS with a certificate."""
    server = _GuestServer(server_config(app, 0, certificate))
    async with anyio.create_task_group() as group:
        group.start_soon(server.serve, [listener])
        await server.ready.wait()
        yield
        server.leave.set()
