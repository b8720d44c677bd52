"""The place of the demo: a folder, the sandbox, the hub's nodes, and the one address that leads to them."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
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
    async with fresh_folder("handelhub-demo-", board) as folder, AsyncExitStack() as stack:
        yield await _build(plan, folder, stack)


@asynccontextmanager
async def fresh_folder(prefix: str, board: Board) -> AsyncIterator[Path]:
    """Lend a folder that is removed at the end, unless something went wrong."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
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
    sandbox = await stack.enter_async_context(running(sandbox_child(plan, folder, sandbox_port)))
    token = await first_token(plan, settings)
    ports = [hub_port] if plan.nodes == 1 else [free_port() for _ in range(plan.nodes)]
    nodes = tuple(hub_node(plan, folder, settings, number, port) for number, port in enumerate(ports))
    for node in nodes:
        await stack.enter_async_context(running(node.child))
    if len(nodes) > 1:
        await _balance(stack, hub_port, ports)
    for node in nodes:
        await node.ready()
    await sandbox.answering(f"{sandbox_url}/_control/state")
    control = Control(http, sandbox_url)
    return Site(plan, folder, control, sandbox, sandbox_url, nodes, hub_url, token, http)


def sandbox_child(plan: Plan, folder: Path, port: int, base_url: str | None = None) -> Child:
    """Return the simulated platforms as a process; ``base_url`` is where the hub reaches them, if not at the port."""
    options = {"port": port, "seed": plan.seed, "speed": plan.speed, "faults": plan.faults}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    words += ["--base-url", base_url] if base_url else []
    return Child("sandbox", (*plan.program, "sandbox", *words), {}, folder)


async def first_token(plan: Plan, settings: Mapping[str, str]) -> str:
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


def hub_node(
    plan: Plan, folder: Path, settings: Mapping[str, str], number: int, port: int, command: tuple[str, ...] = ()
) -> Node:
    """Return a node of the hub as a process; ``command`` runs it in another way than the command line does."""
    own = {"HUB_HOST": "127.0.0.1", "HUB_PORT": str(port), "HUB_NODE": f"node-{number + 1}"}
    child = Child(f"hub-{number + 1}", command or (*plan.program, "serve"), {**settings, **own}, folder)
    return Node(child, f"http://127.0.0.1:{port}")


async def _balance(stack: AsyncExitStack, port: int, ports: Sequence[int]) -> None:
    group = await stack.enter_async_context(anyio.create_task_group())
    stack.callback(group.cancel_scope.cancel)
    await group.start(Balancer(port, ports).run)
