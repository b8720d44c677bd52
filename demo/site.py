"""The place of the demo: a folder, the sandbox, the hub's nodes, and the one address that leads to them."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx2

from demo.balancer import Balancer
from demo.board import Board
from demo.children import Child, free_port, run_once, running
from demo.control import Control
from demo.failure import DemoFailed
from demo.plan import TENANT, Plan, hub_settings

USUAL_PORT = 8000
TOKEN = re.compile(r"hub_[A-Za-z0-9_-]{20,}")


@dataclass(frozen=True, slots=True)
class Node:
    """One process of the hub."""

    child: Child
    url: str

    async def start(self) -> None:
        """Start it and wait until it is ready for traffic."""
        await self.child.start()
        await self.ready()

    async def ready(self) -> None:
        await self.child.answering(f"{self.url}/health/ready")


@dataclass(frozen=True, slots=True)
class Site:
    """Everything that runs; ``hub_url`` is where people and platforms reach the hub, ``token`` an admin's."""

    plan: Plan
    folder: Path
    control: Control
    sandbox: Child
    sandbox_url: str
    nodes: tuple[Node, ...]
    hub_url: str
    token: str
    http: httpx2.AsyncClient

    def dead(self) -> str | None:
        """Return the name and the last words of a process that ended by itself, None while all live."""
        for child in (self.sandbox, *(node.child for node in self.nodes)):
            if child.ended:
                return f"{child.name} ended by itself:\n{child.last_words()}"
        return None


@asynccontextmanager
async def open_site(plan: Plan, board: Board) -> AsyncIterator[Site]:
    """Start everything in a fresh folder, and end it; the folder stays when something went wrong."""
    folder = Path(tempfile.mkdtemp(prefix="handelhub-demo-"))
    try:
        async with AsyncExitStack() as stack:
            yield await _build(plan, folder, stack)
    except anyio.get_cancelled_exc_class():
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except BaseException:
        board.say(f"The logs and the database are in {folder}")
        raise
    if board.problems:
        board.say(f"The logs and the database are in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)


async def _build(plan: Plan, folder: Path, stack: AsyncExitStack) -> Site:
    usual = USUAL_PORT if plan.for_seconds is None else None
    hub_port, sandbox_port = free_port(plan.port or usual), free_port()
    hub_url, sandbox_url = f"http://127.0.0.1:{hub_port}", f"http://127.0.0.1:{sandbox_port}"
    settings = dict(hub_settings(plan, folder, sandbox_url, hub_url))
    http = await stack.enter_async_context(httpx2.AsyncClient(trust_env=False, timeout=60))
    sandbox = await stack.enter_async_context(running(_sandbox(plan, folder, sandbox_port)))
    token = await _first_token(plan, settings)
    nodes = tuple(_node(plan, folder, settings, number, hub_port) for number in range(plan.nodes))
    for node in nodes:
        await stack.enter_async_context(running(node.child))
    if len(nodes) > 1:
        await _balance(stack, hub_port, nodes)
    for node in nodes:
        await node.ready()
    await sandbox.answering(f"{sandbox_url}/_control/state")
    control = Control(http, sandbox_url)
    return Site(plan, folder, control, sandbox, sandbox_url, nodes, hub_url, token, http)


def _sandbox(plan: Plan, folder: Path, port: int) -> Child:
    options = {"port": port, "seed": plan.seed, "speed": plan.speed, "faults": plan.faults}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return Child("sandbox", (*plan.program, "sandbox", *words), {}, folder)


async def _first_token(plan: Plan, settings: dict[str, str]) -> str:
    """Make the tables and an admin's token, while nobody else has the database open.

    A fresh SQLite file gets its tables with the token.
    """
    if plan.database is not None:
        await run_once((*plan.program, "migrate"), settings)
    words = ("--tenant", TENANT, "--name", "Acme Groothandel", "--role", "admin", "--label", "demo", "--days", "7")
    told = await run_once((*plan.program, "token", "create", *words), settings)
    found = TOKEN.search(told)
    if found is None:
        raise DemoFailed(f"token create shows no token: {told[:300]}")
    return found.group()


def _node(plan: Plan, folder: Path, settings: dict[str, str], number: int, hub_port: int) -> Node:
    port = hub_port if plan.nodes == 1 else free_port()
    own = {"HUB_HOST": "127.0.0.1", "HUB_PORT": str(port), "HUB_NODE": f"node-{number + 1}"}
    child = Child(f"hub-{number + 1}", (*plan.program, "serve"), settings | own, folder)
    return Node(child, f"http://127.0.0.1:{port}")


async def _balance(stack: AsyncExitStack, port: int, nodes: tuple[Node, ...]) -> None:
    group = await stack.enter_async_context(anyio.create_task_group())
    stack.callback(group.cancel_scope.cancel)
    ports = [int(node.url.rpartition(":")[2]) for node in nodes]
    await group.start(Balancer(port, ports).run)
