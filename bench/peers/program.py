"""One process of a peer, in the peers' environment: ``python -m bench.peers.program PLAN``.

The plan names the ``peer`` and the ``role``: the endpoint that takes webhooks, or the worker.
"""

from __future__ import annotations

import importlib
import inspect
import socket
import sys
from functools import partial
from typing import Any

import anyio
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.parent import tell_ready, told_plan
from bench.peers.shape import Plan


async def serve(peer: Any, plan: Plan) -> None:
    """Take webhooks at ``/webhooks``: each is answered when its key is durable."""
    async with peer.endpoint(plan) as accept:

        async def webhook(request: Request) -> Response:
            await accept((await request.json())["Content"]["Key"])
            return Response()

        app = Starlette(routes=[Route("/webhooks", webhook, methods=["POST"])])
        # The protocol is named, for asyncio spares only TCP sockets the delay of Nagle's algorithm.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
            listener.bind(("127.0.0.1", 0))
            listener.listen(2048)
            tell_ready(port=listener.getsockname()[1])
            config = uvicorn.Config(app, log_level="warning", access_log=False)
            await uvicorn.Server(config).serve(sockets=[listener])


def start(program: Any) -> None:
    """Run a program on the loop that all peers are measured on."""
    anyio.run(program, backend_options={"use_uvloop": sys.platform != "win32"})


def main() -> None:
    """Be what the plan says."""
    told = told_plan()
    peer = importlib.import_module(f"bench.peers.{told['peer']}")
    plan = Plan(told["server"], told["platform"], told["new"], told["doing"])
    if told["role"] == "endpoint":
        start(partial(serve, peer, plan))
    elif inspect.iscoroutinefunction(peer.work):
        start(partial(peer.work, plan, tell_ready))
    else:
        peer.work(plan, tell_ready)


if __name__ == "__main__":
    main()
