"""procrastinate: jobs in PostgreSQL, an endpoint that defers them and one worker; aiohttp for the calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import procrastinate  # type: ignore[import-not-found]

from bench.peers.shape import AT_ONCE, RESUME_SECONDS, Accept, Plan, follow

JOB = "follow"


def _app(plan: Plan) -> Any:
    return procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=plan.server, max_size=AT_ONCE))


@asynccontextmanager
async def endpoint(plan: Plan) -> AsyncIterator[Accept]:
    """Lend what defers a job for a key."""
    async with _app(plan).open_async() as app:
        if plan.new:
            await app.schema_manager.apply_schema_async()

        async def accept(key: str) -> None:
            await app.configure_task(JOB).defer_async(key=key)

        yield accept


async def work(plan: Plan, ready: Callable[[], None]) -> None:
    """Do the jobs until the process ends."""
    app = _app(plan)

    async def job(key: str) -> None:
        await follow(plan.platform, key)

    app.task(name=JOB)(job)
    async with app.open_async(), anyio.create_task_group() as tasks:
        tasks.start_soon(_retry_stalled, app.job_manager)
        ready()
        await app.run_worker_async(
            concurrency=AT_ONCE, update_heartbeat_interval=1, stalled_worker_timeout=RESUME_SECONDS
        )
        tasks.cancel_scope.cancel()


async def _retry_stalled(jobs: Any) -> None:
    """Take jobs from a worker that is gone, which procrastinate leaves to its user (its documentation tells how)."""
    while True:
        for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=RESUME_SECONDS):
            await jobs.retry_job(job)
        await anyio.sleep(1)
