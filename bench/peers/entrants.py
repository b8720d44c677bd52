"""Who is measured: the hub, the floor and the peers, each started and asked in the same way."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import cpu
from bench.children import Child, child
from bench.deliveries import bare_requests, exact_requests
from bench.peers import environment, servers
from bench.peers.servers import Served, Server
from bench.peers.shape import AT_ONCE
from bench.place import Place


@dataclass(frozen=True, slots=True)
class Running:
    """An entrant at work: the processes that are its own, its server, and how a webhook for a key is written."""

    children: Sequence[Child]
    server: Server
    requests: Callable[[Sequence[str]], list[bytes]]

    @property
    def port(self) -> int:
        """Where its endpoint listens."""
        return int(self.children[0].facts["port"])

    def cpu(self) -> tuple[float, float]:
        """Return the seconds of CPU that its own processes have used, and those of its server."""
        server = () if self.server.pid is None else (self.server.pid,)
        return cpu.seconds(one.process.pid for one in self.children), cpu.seconds(server)

    async def kill(self) -> None:
        """End all processes of its own at once, by SIGKILL; the server lives on."""
        for pid in cpu.descent([one.process.pid for one in self.children]):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for one in self.children:
            await one.process.wait()


@dataclass(frozen=True, slots=True)
class Pace:
    """What is asked of an entrant: webhooks a second to be followed steadily, and how many at once are to be accepted
    and to be followed in one round."""

    rate: float = 50.0
    accepted: int = 600
    flood: int = 300


USUAL = Pace()
Start = Callable[[Place, Server, str, bool, bool], AbstractAsyncContextManager[Running]]


@dataclass(frozen=True, slots=True)
class Entrant:
    """``start`` takes the place, the server, the platform's URL, whether the server is new, and whether jobs are done
    or only accepted. ``keeps`` is whether anything is promised across a crash, ``pace`` what it is equal to."""

    name: str
    served: Served
    start: Start
    keeps: bool = True
    pace: Pace = USUAL

    @property
    def word(self) -> str:
        """What it is chosen by."""
        return self.name.split()[0].rstrip(",").lower()


def peers(folder: Path) -> Sequence[Entrant]:
    """Return the floor and the peers, which run in the environment of Python that is made in a folder."""
    run = partial(partial, _peer, environment.interpreter(folder))
    return (
        Entrant("nothing kept", servers.nothing, run("memory", False), keeps=False),
        Entrant("NATS JetStream", servers.nats, run("nats", True)),
        Entrant("procrastinate", servers.postgresql, run("procrastinate", True)),
        Entrant("Celery with Redis", servers.redis, run("celery", True)),
        Entrant("DBOS", servers.postgresql, run("dbos", False)),
    )


def hubs() -> Sequence[Entrant]:
    """Return the hub on both databases."""
    return (
        Entrant("Handelhub, sqlite", servers.sqlite, _hub),
        Entrant("Handelhub, postgresql", servers.postgresql, _hub),
    )


@asynccontextmanager
async def _hub(place: Place, server: Server, platform: str, new: bool, doing: bool) -> AsyncIterator[Running]:
    url = server.url.replace("postgresql:", "postgresql+asyncpg:")
    plan = {"database_url": url, "folder": str(place.folder), "tenants": AT_ONCE if new else 0}
    async with child("bench.server", place.folder, plan | ({"platform_url": platform} if doing else {})) as one:
        yield Running([one], server, partial(exact_requests, one.facts["connections"]))


@asynccontextmanager
async def _peer(
    python: Path, module: str, worker: bool, place: Place, server: Server, platform: str, new: bool, doing: bool
) -> AsyncIterator[Running]:
    """Start the endpoint, and the worker where it is a process apart and jobs are to be done."""
    roles = ("endpoint", "worker") if worker and doing else ("endpoint",)
    plan = {"peer": module, "server": server.url, "platform": platform, "new": new, "doing": doing}
    async with AsyncExitStack() as stack:
        children = [
            await stack.enter_async_context(
                child("bench.peers.program", place.folder, plan | {"role": role}, str(python))
            )
            for role in roles
        ]
        yield Running(children, server, partial(bare_requests, "/webhooks"))
