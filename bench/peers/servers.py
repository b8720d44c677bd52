"""The servers that peers keep their jobs in, each as durable as the hub: on the disk before the answer."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import anyio

from bench.children import stop
from bench.failure import NotMeasured
from bench.peers.environment import Missing, binary
from bench.place import Place

START_DEADLINE = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is reached, and the process that all of its CPU belongs to; None where it has none."""

    url: str
    pid: int | None = None


Served = Callable[[Place], AbstractAsyncContextManager[Server]]


@asynccontextmanager
async def nothing(place: Place) -> AsyncIterator[Server]:
    """Lend no server."""
    yield Server("")


@asynccontextmanager
async def sqlite(place: Place) -> AsyncIterator[Server]:
    """Lend a new database in a file."""
    yield Server(await place.database("sqlite"))


@asynccontextmanager
async def postgresql(place: Place) -> AsyncIterator[Server]:
    """Lend a new database of the bench's own PostgreSQL; raises ``Missing`` where there is none."""
    if place.cluster is None:
        raise Missing("no PostgreSQL")
    told = await anyio.Path(place.cluster.folder / "data" / "postmaster.pid").read_text()
    url = await place.cluster.database()
    yield Server(url.replace("+asyncpg", ""), int(told.splitlines()[0]))


@asynccontextmanager
async def redis(place: Place) -> AsyncIterator[Server]:
    """Lend a Redis that appends to its file and syncs it before it answers."""
    folder, port = _folder(place), free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", ""]
    options += ["--appendonly", "yes", "--appendfsync", "always"]
    async with _running([str(binary("redis-server")), *options], port, folder) as pid:
        yield Server(f"redis://127.0.0.1:{port}/0", pid)


@asynccontextmanager
async def nats(place: Place) -> AsyncIterator[Server]:
    """Lend a NATS whose JetStream syncs every message before it acknowledges it."""
    folder, port = _folder(place), free_port()
    settings = folder / "settings"
    settings.write_text(f'listen: "127.0.0.1:{port}"\njetstream {{ store_dir: "{folder}", sync_interval: "always" }}\n')
    async with _running([str(binary("nats-server")), "-c", str(settings)], port, folder) as pid:
        yield Server(f"nats://127.0.0.1:{port}", pid)


@asynccontextmanager
async def _running(command: list[str], port: int, folder: Path) -> AsyncIterator[int]:
    with (folder / "log").open("ab") as log:
        process = await anyio.open_process(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        await _reached(port, command[0])
        yield process.pid
    finally:
        with anyio.CancelScope(shield=True):
            await stop(process)


async def _reached(port: int, name: str) -> None:
    with anyio.move_on_after(START_DEADLINE):
        while True:
            try:
                await (await anyio.connect_tcp("127.0.0.1", port)).aclose()
                return
            except OSError:
                await anyio.sleep(0.05)
    raise NotMeasured(f"{name} did not start")


def _folder(place: Place) -> Path:
    return Path(mkdtemp(prefix="server-", dir=place.folder))


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
