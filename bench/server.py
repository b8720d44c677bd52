"""The hub's own doors in a process of their own, with routes beside them that show what the server alone can do.

``python -m bench.server PLAN`` where PLAN has ``database_url``, ``folder``, ``tenants`` and perhaps ``first``, the
number of the first of them, and ``platform_url``: with it, actors are at work which make four calls there for each
message.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import SystemRandom
from typing import Any

import anyio
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.calling import Callers
from bench.parent import tell_ready, told_plan
from bench.probes import probes
from bench.seeding import connect_tenants
from hub.actors.runtime.node_file import NodeFile, locked
from hub.actors.runtime.supervisor import Supervisor
from hub.clock import SystemClock
from hub.node import garbage
from hub.node.facts import FactBook
from hub.node.platforms import HOOK_READERS
from hub.store.engine import Database
from hub.store.migrations import migrate
from hub.store.secrets import Vault
from hub.telemetry import telemetry
from hub.web.app import make_app
from hub.web.doors import Doors, Limits
from hub.web.server import listen
from hub.web.server import serve as serve_http

UNLIMITED = Limits(rate=1e9, burst=10**9)
GRACE = 2.0


async def main() -> None:
    """Serve until the parent has enough."""
    plan = told_plan()
    with telemetry("bench", "warning", os.environ), listen("127.0.0.1", 0) as listener:
        await migrate(plan["database_url"])
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(Database.open(plan["database_url"], SystemClock()))
            vault = Vault([os.urandom(32)])
            connections = await connect_tenants(database, vault, plan["tenants"], plan.get("first", 0))
            if platform_url := plan.get("platform_url"):
                node_file = stack.enter_context(locked(Path(plan["folder"]) / "bench.node"))
                await stack.enter_async_context(actors(database, platform_url, node_file))
            bare = await stack.enter_async_context(probes(plan.get("platform_url"), Path(plan["folder"])))
            app = beside(doors(database, vault), bare)
            garbage.calm()
            tell_ready(port=listener.getsockname()[1], connections=connections)
            await serve_http(app, listener, grace=GRACE, largest_frame=1024, leaving=lambda: None)


def doors(database: Database, vault: Vault) -> ASGIApp:
    """Return the hub's web application; nobody comes for GraphQL or a consent here."""

    async def closed(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("closed during measurements")

    async def nobody(token: str) -> None:
        """Let nobody in."""

    return make_app(
        Doors(
            database=database,
            vault=vault,
            clock=SystemClock(),
            readers=HOOK_READERS,
            graphql=closed,
            authenticate=nobody,
            consents={},
            public_url="http://127.0.0.1",
            limits=UNLIMITED,
        )
    )


def beside(hub: ASGIApp, bare: ASGIApp) -> ASGIApp:
    """Return an application that leads to the probes under ``/bench/`` and to the hub everywhere else."""

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        await (bare if scope["path"].startswith("/bench/") else hub)(scope, receive, send)

    return choose


@asynccontextmanager
async def actors(database: Database, platform_url: str, node_file: NodeFile) -> AsyncIterator[None]:
    """Run actors that call the platform, under the hub's own supervisor."""
    opened = Callers(platform_url).open
    supervisor = Supervisor(
        database, opened, random=SystemRandom(), listener=FactBook(300.0), name="bench", node_file=node_file
    )
    async with anyio.create_task_group() as tasks:
        await tasks.start(supervisor.run)
        try:
            yield
        finally:
            supervisor.stop()


def start(program: Any) -> None:
    """Run a program on the loop that the hub is served on."""
    anyio.run(program, backend_options={"use_uvloop": sys.platform != "win32"})


if __name__ == "__main__":
    start(main)
