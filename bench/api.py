"""The hub's GraphQL door in a process of its own, beside bounds over the same data: ``python -m bench.api PLAN``.

PLAN has ``database_url`` and ``orders``. Beside ``/graphql`` stand a Strawberry API without anything of the hub's
(``/bench/strawberry``), the same answer as bare JSON (``/bench/json``), and a WebSocket that sends one text to all
(``/bench/chorus``).
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import anyio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, WebSocketRoute

from bench.chorus import Chorus
from bench.orders_stored import TENANT, fill
from bench.parent import tell_ready, told_plan
from bench.plain_api import bare_answer, plain_app
from bench.probes import cpu
from bench.server import start
from hub.clock import SystemClock
from hub.domain.sales_order import SalesOrderDraft
from hub.domain.tenant import Principal
from hub.graphql.announcer import Announcer
from hub.graphql.context import GraphQLDependencies
from hub.graphql.endpoint import make_graphql_app
from hub.node import garbage
from hub.store.buyers import open_buyer
from hub.store.engine import Database, Work
from hub.store.events import SyncEvent, tell
from hub.store.known_tokens import KnownTokens
from hub.store.migrations import migrate
from hub.store.secrets import Vault
from hub.telemetry import telemetry
from hub.web.server import listen
from hub.web.server import serve as serve_http

GRACE = 1.0
LARGEST_FRAME = 65_536


async def main() -> None:
    """Serve until the parent has enough."""
    plan = told_plan()
    with telemetry("bench", "warning", os.environ), listen("127.0.0.1", 0) as listener:
        await migrate(plan["database_url"])
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(Database.open(plan["database_url"], SystemClock()))
            token = await database.write(partial(fill, orders=plan["orders"]))
            announcer = await stack.enter_async_context(announced(database))
            known = stack.enter_context(KnownTokens(database).listening())
            chorus = Chorus()
            app = Starlette(
                routes=[
                    Route("/bench/json", bare_answer(plan["orders"]), methods=["POST"]),
                    Mount("/bench/strawberry", plain_app(plan["orders"])),
                    Route("/bench/cpu", cpu, methods=["GET"]),
                    Route("/bench/happen", partial(happen, database), methods=["POST"]),
                    Route("/bench/used", used, methods=["POST"]),
                    Route("/bench/joined", partial(joined, announcer, chorus), methods=["POST"]),
                    Route("/bench/sing", chorus.sing, methods=["POST"]),
                    WebSocketRoute("/bench/chorus", chorus.join),
                    Mount("/", make_graphql_app(needs(database, announcer, known))),
                ]
            )
            garbage.calm()
            tell_ready(port=listener.getsockname()[1], token=token)
            await serve_http(app, listener, grace=GRACE, largest_frame=LARGEST_FRAME, leaving=announcer.close)


@asynccontextmanager
async def announced(database: Database) -> AsyncIterator[Announcer]:
    """Run an announcer."""
    announcer = Announcer(database)
    async with announcer.running():
        yield announcer


def needs(database: Database, announcer: Announcer, known: KnownTokens) -> GraphQLDependencies:
    """Return what the API needs; consents and bodies of sales orders are asked for by nobody here."""
    vault = Vault([os.urandom(32)])

    async def authorize_url(who: Principal, platform: str, subject_id: str) -> str:
        raise RuntimeError("closed during measurements")

    def no_body(draft: SalesOrderDraft) -> bytes:
        raise RuntimeError("closed during measurements")

    return GraphQLDependencies(
        database=database,
        clock=database.clock,
        vault=vault,
        announcer=announcer,
        authenticate=known.principal,
        authorize_url=authorize_url,
        open_buyer=partial(open_buyer, vault),
        sales_order_body=no_body,
    )


async def happen(database: Database, request: Request) -> Response:
    """Let so many events happen, in commits of ``each``."""
    count, each = int(request.query_params["count"]), int(request.query_params["each"])
    for first in range(0, count, each):

        async def write(work: Work, first: int = first) -> None:
            for number in range(first, min(first + each, count)):
                now = work.clock.now()
                tell(work, SyncEvent(TENANT, "order.imported", f"event {number}", now))

        await database.write(write)
    return Response()


async def joined(announcer: Announcer, chorus: Chorus, request: Request) -> Response:
    """Answer once ``count`` listen to ``of``, the hub's subscriptions or the chorus."""
    subscribed, count = request.query_params["of"] == "/graphql", int(request.query_params["count"])
    while (announcer.listeners(TENANT) if subscribed else len(chorus.members)) < count:  # noqa: ASYNC110
        await anyio.sleep(0.02)
    return Response()


async def used(request: Request) -> Response:
    """Tell how many seconds of CPU this process has used so far, as bare text."""
    return Response(str(time.process_time()))


if __name__ == "__main__":
    start(main)
