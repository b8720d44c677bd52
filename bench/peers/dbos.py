"""DBOS: a workflow of four steps in PostgreSQL, started by the endpoint in the same process; aiohttp for the calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dbos import DBOS  # type: ignore[import-not-found]

from bench.peers.shape import CALLS, Accept, Plan, call


@asynccontextmanager
async def endpoint(plan: Plan) -> AsyncIterator[Accept]:
    """Lend what starts a workflow for a key; launching resumes those of the process before."""
    DBOS(config={"name": "peer", "system_database_url": plan.server, "log_level": "ERROR"})

    async def step(key: str, number: int) -> None:
        await call(plan.platform, key, number)

    recorded = DBOS.step(name="step")(step)

    async def workflow(key: str) -> None:
        for number in range(1, CALLS + 1):
            await recorded(key, number)

    durable = DBOS.workflow(name="workflow")(workflow)
    DBOS.launch()

    async def accept(key: str) -> None:
        await DBOS.start_workflow_async(durable, key)

    yield accept
    DBOS.destroy()
