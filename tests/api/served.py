"""The API on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import uvicorn
from starlette.types import ASGIApp


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    """Serve an application on loopback, at the host and port yielded."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", log_level="warning", ws="websockets-sansio")
    server = uvicorn.Server(config)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(server._serve)
        await until(lambda: server.started)
        host, port = server.servers[0].sockets[0].getsockname()
        try:
            yield f"{host}:{port}"
        finally:
            server.should_exit = True
            server.force_exit = True


async def until(so: Callable[[], bool]) -> None:
    """Return once it is so."""
    while not so():  # noqa: ASYNC110
        await anyio.sleep(0.001)
