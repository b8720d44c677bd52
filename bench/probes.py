"""Routes of the measured server that do nothing, or only the part that a measurement is compared with."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import anyio
import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bench.calling import CALLS
from bench.grouped import GroupedInserts
from hub.adapters.http import open_client

ACCOUNTS = 20


@asynccontextmanager
async def probes(platform_url: str | None, folder: Path) -> AsyncIterator[Starlette]:
    """Lend the application under ``/bench/``; its connection pools stay open, as those of active actors do."""
    async with AsyncExitStack() as stack:
        url = platform_url or "http://127.0.0.1"
        pools = [await stack.enter_async_context(open_client(url)) for _ in range(ACCOUNTS if platform_url else 0)]

        inserts = GroupedInserts(folder / f"grouped-{os.getpid()}.db")
        stack.callback(inserts.close)

        async def calls(request: Request) -> Response:
            """Make as many groups of calls at a steady rate as the hub's actors would, with the HTTP client alone."""
            count, rate = int(request.query_params["count"]), float(request.query_params["rate"])
            began = time.process_time()
            took = await (call_steadily(pools, count, rate) if rate else call_busily(pools, count))
            return JSONResponse({"cpu": time.process_time() - began, "took": took})

        yield Starlette(
            routes=[
                Route("/bench/bare", bare, methods=["POST"]),
                Route("/bench/grouped", inserts.accept, methods=["POST"]),
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


async def call_steadily(pools: Sequence[httpx2.AsyncClient], count: int, rate: float) -> list[float]:
    """Make ``count`` groups of four calls, ``rate`` groups per second, over the pools in turn.

    Returns how many seconds after it was due each group was done.
    """
    began, took = time.monotonic(), list[float]()
    async with anyio.create_task_group() as tasks:
        for number in range(count):
            due = began + number / rate
            await anyio.sleep(max(0.0, due - time.monotonic()))
            tasks.start_soon(_group, pools[number % len(pools)], number, due, took)
    return took


async def call_busily(pools: Sequence[httpx2.AsyncClient], count: int) -> list[float]:
    """Make ``count`` groups of four calls, each pool one group after another, all pools at once."""
    took: list[float] = []

    async def account(pool: httpx2.AsyncClient) -> None:
        for number in range(count // len(pools)):
            await _group(pool, number, time.monotonic(), took)

    async with anyio.create_task_group() as tasks:
        for pool in pools:
            tasks.start_soon(account, pool)
    return took


async def _group(client: httpx2.AsyncClient, number: int, due: float, took: list[float]) -> None:
    for step in range(1, CALLS + 1):
        await client.send(client.build_request("GET", f"{client.base_url}/probe-{number}/{step}"))
    took.append(time.monotonic() - due)
