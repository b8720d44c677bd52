"""No peer but the floor for all: Starlette, uvicorn and aiohttp in one process, and nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from bench.peers.shape import AT_ONCE, Accept, Plan, follow


@asynccontextmanager
async def endpoint(plan: Plan) -> AsyncIterator[Accept]:
    """Lend what takes a key; it is followed in this process."""
    waiting: asyncio.Queue[str] = asyncio.Queue()

    async def work() -> None:
        while True:
            await follow(plan.platform, await waiting.get())

    async with anyio.create_task_group() as tasks:
        for _ in range(AT_ONCE if plan.doing else 0):
            tasks.start_soon(work)
        yield waiting.put
        tasks.cancel_scope.cancel()
