"""One node of several on a shared PostgreSQL, whose actors make four calls a turn: ``python -m bench.node``."""

from __future__ import annotations

import signal
from random import SystemRandom

import anyio

from bench.calling import Callers
from bench.parent import tell_ready, told_plan
from bench.server import start
from hub.actors.runtime.policy import Policy
from hub.actors.runtime.supervisor import Supervisor
from hub.clock import SystemClock
from hub.node import garbage
from hub.store.engine import Database


async def main() -> None:
    """Work until asked to stop; no node has room for more actors than its share."""
    plan = told_plan()
    async with Database.open(plan["database_url"], SystemClock()) as database, anyio.create_task_group() as tasks:
        supervisor = Supervisor(
            database,
            Callers(plan["platform_url"]).open,
            random=SystemRandom(),
            policy=Policy(max_actors=plan["actors"]),
            name="bench",
        )
        await tasks.start(supervisor.run)
        garbage.calm()
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            tell_ready()
            async for _ in signals:
                break
        supervisor.stop()


if __name__ == "__main__":
    start(main)
