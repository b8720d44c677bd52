"""A PostgreSQL server that can be ended in every way it has, and comes back."""

from __future__ import annotations

import getpass
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import asyncpg

from bench.postgres import launch, make_cluster, make_room, unprivileged
from demo.children import free_port
from demo.failure import DemoFailed

OPTIONS = (
    "synchronous_commit=on", "max_connections=150", "listen_addresses=127.0.0.1", "shared_buffers=64MB",
    "min_wal_size=32MB", "max_wal_size=48MB",
)  # fmt: skip
"""Little write-ahead log, so that a small disk suffices."""
ENDINGS = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT, "killed": signal.SIGKILL}
PATIENCE = 60.0
DATABASE = "hub"


class Server:
    """One server: its files on a disk that may be full, its socket and its log elsewhere."""

    def __init__(self, programs: Path, data: Path, folder: Path) -> None:
        self.port = free_port()
        self.user = unprivileged() or getpass.getuser()
        self._programs = programs
        self._data = data
        self._folder = folder
        self._options = (*OPTIONS, f"port={self.port}")
        self._process: subprocess.Popen[bytes] | None = None

    async def make(self) -> None:
        """Make its files and the hub's database, and start it."""
        for folder in (self._folder, self._data.parent):
            make_room(folder, unprivileged())
        await anyio.to_thread.run_sync(make_cluster, self._programs, self._data, unprivileged())
        await self.start()
        await self._run(f"CREATE DATABASE {DATABASE}")

    async def start(self) -> None:
        """Start it and wait until it answers; what is left of a killed one may be in the way for a while."""
        with anyio.move_on_after(PATIENCE):
            while True:
                if self.ended:
                    self._process = launch(self._programs, self._data, self._folder, unprivileged(), self._options)
                try:
                    return await self._run("SELECT 1")
                except (OSError, asyncpg.PostgresError):
                    await anyio.sleep(0.1)
        raise DemoFailed(f"PostgreSQL does not start: {(self._folder / 'log').read_text()[-600:]}")

    @property
    def ended(self) -> bool:
        """Whether its first process is gone."""
        return self._process is None or self._process.poll() is not None

    async def end(self, how: str) -> None:
        """End it: ``fast`` lets no session finish, ``immediate`` does not tidy up, ``killed`` knows nothing of it."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        process.send_signal(ENDINGS[how])
        try:
            await anyio.to_thread.run_sync(process.wait, PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()

    async def _run(self, statement: str) -> None:
        where, limits = {"host": str(self._folder), "port": self.port}, {"timeout": 5, "command_timeout": 5}
        connection = await asyncpg.connect(**where, **limits, user=self.user, database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close(timeout=5)


@asynccontextmanager
async def running_server(programs: Path, data: Path, folder: Path) -> AsyncIterator[Server]:
    """Run a server until the block ends."""
    server = Server(programs, data, folder)
    try:
        await server.make()
        yield server
    finally:
        with anyio.CancelScope(shield=True):
            await server.end("immediate")
