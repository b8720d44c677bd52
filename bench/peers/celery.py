"""Celery: messages in Redis, acknowledged late, an endpoint that sends them and a prefork worker; requests calls."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import Any

import anyio.to_thread
import requests
from celery import Celery, signals  # type: ignore[import-not-found]

from bench.peers.shape import AT_ONCE, CALLS, RESUME_SECONDS, Accept, Plan

TASK = "follow"
SETTINGS = {
    "task_acks_late": True,
    "task_reject_on_worker_lost": True,
    "task_ignore_result": True,
    "worker_prefetch_multiplier": 1,
    "worker_redirect_stdouts": False,
    "broker_transport_options": {"visibility_timeout": RESUME_SECONDS, "unacked_restore_throttle": 1},
}


def _app(plan: Plan) -> Any:
    app = Celery("peer", broker=plan.server)
    app.conf.update(SETTINGS)
    return app


@asynccontextmanager
async def endpoint(plan: Plan) -> AsyncIterator[Accept]:
    """Lend what sends a task for a key, on a thread, as Starlette runs a route that is no coroutine."""
    app = _app(plan)

    async def accept(key: str) -> None:
        await anyio.to_thread.run_sync(partial(app.send_task, TASK, args=(key,)))

    yield accept


def work(plan: Plan, ready: Callable[[], None]) -> None:
    """Do the tasks until the process is asked to end."""
    app = _app(plan)

    def task(key: str) -> None:
        for step in range(1, CALLS + 1):
            _session().get(f"{plan.platform}/{key}/{step}", timeout=60).raise_for_status()

    def told(**_: object) -> None:
        ready()

    app.task(name=TASK)(task)
    signals.worker_ready.connect(told)
    app.worker_main(
        ["--quiet", "worker", f"--concurrency={AT_ONCE}", "--loglevel=WARNING", "--without-gossip", "--without-mingle"]
    )


@cache
def _session() -> requests.Session:
    """Return this process's connections; no task has run yet when the pool is forked."""
    return requests.Session()
