"""Routes of the measured server that do nothing, or only the part that a measurement is compared with."""

from __future__ import annotations

import time

import anyio
import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bench.calling import CALLS
from hub.adapters.http import open_client

ACCOUNTS = 20


def probes(platform_url: str | None) -> Starlette:
    """Return the application under ``/bench/``."""

    async def calls(request: Request) -> Response:
        """Make as many groups of calls at a steady rate as the hub's actors would, with the HTTP client alone."""
        count, rate = int(request.query_params["count"]), float(request.query_params["rate"])
        began = time.process_time()
        await call_steadily(platform_url or "", count, rate)
        return JSONResponse({"cpu": time.process_time() - began})

    return Starlette(
        routes=[
            Route("/bench/bare", bare, methods=["POST"]),
            Route("/bench/cpu", cpu, methods=["GET"]),
            Route("/bench/calls", calls, methods=["GET"]),
        ]
    )


async def bare(request: Request) -> Response:
    """Answer without reading or writing anything."""
    return Response()


async def cpu(request: Request) -> Response:
    """Tell how many seconds of CPU this process has used so far."""
    return JSONResponse({"cpu": time.process_time()})


async def call_steadily(url: str, count: int, rate: float) -> None:
    """Make ``count`` groups of four calls, ``rate`` groups per second, over some accounts' pools."""
    async with anyio.create_task_group() as pools:
        for account in range(ACCOUNTS):
            pools.start_soon(_account, url, count // ACCOUNTS, rate / ACCOUNTS, account / rate)


async def _account(url: str, count: int, rate: float, offset: float) -> None:
    async with open_client(url) as client, anyio.create_task_group() as tasks:
        began = time.monotonic() + offset
        for number in range(count):
            await anyio.sleep(max(0.0, began + number / rate - time.monotonic()))
            tasks.start_soon(_group, client, number)


async def _group(client: httpx2.AsyncClient, number: int) -> None:
    for step in range(1, CALLS + 1):
        await client.get(f"/probe-{number}/{step}")
