"""Where it happens: a folder, a small disk, the platforms, the hub's nodes, and wires between all of them."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx2
from anyio.abc import TaskGroup

from bench.postgres import binaries, unprivileged
from demo.balancer import Rotation
from demo.board import Board
from demo.children import free_port, running
from demo.control import Control
from demo.failure import DemoFailed
from demo.plan import hub_settings
from demo.site import Node, Site, first_token, fresh_folder, hub_node, sandbox_child
from torture.disk import Disk, small_disk
from torture.plan import Plan, Store
from torture.server import DATABASE, Server, running_server
from torture.skew import set_skew
from torture.wire import Wire

TIMEOUT = 15.0
"""Seconds that the day's people wait for an answer; a node may be frozen that long."""
PATIENCE = 120.0
"""Seconds that the simulated platforms' control side may take, which nothing attacks."""


@dataclass(slots=True)
class Place:
    """Everything that can be attacked.

    ``platforms`` is the way from the hub to the platforms, ``doors`` the way of platforms and people to the hub,
    ``databases`` the way of each node to PostgreSQL. ``fallen`` counts nodes that ended by themselves,
    ``deaf`` those that had to be killed because they did not end when asked.
    """

    plan: Plan
    site: Site
    disk: Disk
    server: Server | None
    platforms: Wire
    doors: Wire
    databases: tuple[Wire, ...]
    skews: tuple[Path, ...]
    fallen: int = field(default=0)
    deaf: int = field(default=0)

    @property
    def nodes(self) -> tuple[Node, ...]:
        return self.site.nodes

    def pids(self) -> list[int]:
        """Return the process ids of the nodes that run."""
        return [pid for node in self.nodes if (pid := node.child.pid) is not None]

    async def revive(self) -> None:
        """Start every node that ended by itself, as systemd and containers do."""
        for node in self.nodes:
            if node.child.ended:
                self.fallen += 1
                await node.child.start()


@asynccontextmanager
async def open_place(plan: Plan, board: Board) -> AsyncIterator[Place]:
    """Start everything, and end it; the folder stays when something went wrong."""
    async with fresh_folder(f"handelhub-torture-{plan.store}-", board) as folder, AsyncExitStack() as stack:
        group = await stack.enter_async_context(anyio.create_task_group())
        stack.callback(group.cancel_scope.cancel)
        yield await _build(plan, folder, stack, group)


async def _build(plan: Plan, folder: Path, stack: AsyncExitStack, group: TaskGroup) -> Place:
    disk = stack.enter_context(small_disk(folder / "disk"))
    server = await _server(plan, folder, stack)
    sandbox_port, ports = free_port(), [free_port() for _ in range(plan.nodes)]
    platforms, doors = Wire(Rotation([sandbox_port]).connect), Wire(Rotation(ports).connect)
    databases = tuple(Wire(Rotation([server.port]).connect) for _ in ports) if server is not None else ()
    for wire in (platforms, doors, *databases):
        await group.start(wire.run)
    sandbox_url, hub_url = _address(platforms.port), _address(doors.port)
    urls = [_database_url(disk.folder, server, wire) for wire in databases or (None,)]
    day = plan.demo(urls[0])
    sandbox = await stack.enter_async_context(running(sandbox_child(day, folder, sandbox_port, sandbox_url)))
    token = await first_token(day, hub_settings(day, folder, sandbox_url, hub_url))
    skews = tuple(folder / f"clock-{number + 1}" for number in range(plan.nodes))
    nodes = []
    for number, (port, skew, url) in enumerate(zip(ports, skews, urls, strict=True)):
        set_skew(skew, 0.0)
        settings = hub_settings(plan.demo(url), folder, sandbox_url, hub_url)
        command = (sys.executable, "-m", "torture.node", str(skew))
        nodes.append(hub_node(day, folder, settings, number, port, command))
        await stack.enter_async_context(running(nodes[-1].child))
    for node in nodes:
        await node.ready()
    await sandbox.answering(f"{_address(sandbox_port)}/_control/state")
    http, calm = [
        await stack.enter_async_context(httpx2.AsyncClient(trust_env=False, timeout=timeout))
        for timeout in (TIMEOUT, PATIENCE)
    ]
    control = Control(calm, _address(sandbox_port))
    site = Site(day, folder, control, sandbox, sandbox_url, tuple(nodes), hub_url, token, http)
    return Place(plan, site, disk, server, platforms, doors, databases, skews)


async def _server(plan: Plan, folder: Path, stack: AsyncExitStack) -> Server | None:
    if plan.store is Store.SQLITE:
        return None
    programs = binaries()
    if unprivileged() is not None:
        await anyio.Path(folder).chmod(0o711)
    if programs is None:
        raise DemoFailed("There is no PostgreSQL: none on PATH, in /usr/lib/postgresql or in the pgserver wheel.")
    return await stack.enter_async_context(running_server(programs, folder / "disk" / "data", folder / "postgres"))


def _address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _database_url(disk: Path, server: Server | None, wire: Wire | None) -> str:
    if server is None or wire is None:
        return f"sqlite:///{disk}/handelhub.db"
    return f"postgresql://{server.user}@127.0.0.1:{wire.port}/{DATABASE}"
