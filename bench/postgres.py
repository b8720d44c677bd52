"""A PostgreSQL server of the bench's own, as durable as one in production: fsync on, an answer after the commit."""

from __future__ import annotations

import getpass
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import anyio.to_thread
import asyncpg

OPTIONS = ("synchronous_commit=on", "max_connections=100", "listen_addresses=", "shared_buffers=256MB")
START_DEADLINE = 30.0


def binaries() -> Path | None:
    """Return the folder of the server's programs: from PATH, the system's versions or a wheel; None without one."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = importlib.util.find_spec("pgserver")
    if wheel is not None and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@asynccontextmanager
async def postgres(folder: Path, programs: Path) -> AsyncIterator[Cluster]:
    """Run a server on a socket in a folder until the block ends; an unprivileged user runs it where we are root."""
    user = unprivileged()
    make_room(folder, user)
    await anyio.to_thread.run_sync(make_cluster, programs, folder / "data", user)
    process = launch(programs, folder / "data", folder, user)
    try:
        cluster = Cluster(folder, user or getpass.getuser())
        await cluster.wait(process)
        yield cluster
    finally:
        process.send_signal(signal.SIGINT)
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(process.wait, START_DEADLINE)


def make_room(folder: Path, user: str | None) -> None:
    """Make a folder in which the server may write."""
    folder.mkdir(exist_ok=True)
    if user is not None:
        shutil.chown(folder, user)


def make_cluster(programs: Path, data: Path, user: str | None) -> None:
    """Make the files of a server; raises CalledProcessError where that fails."""
    make: list[str | Path] = [programs / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--no-sync"]
    env = {**os.environ, "LC_ALL": "C"}
    subprocess.run(make, check=True, user=user, cwd=data.parent, env=env, capture_output=True)  # noqa: S603


def launch(
    programs: Path, data: Path, folder: Path, user: str | None, options: Sequence[str] = OPTIONS
) -> subprocess.Popen[bytes]:
    """Start a server on its files; its socket and its log lie in ``folder``."""
    chosen = [word for option in options for word in ("-c", option)]
    words: list[str | Path] = [programs / "postgres", "-D", data, "-k", folder, *chosen]
    env = {**os.environ, "LC_ALL": "C"}
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(words, user=user, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)  # noqa: S603


def unprivileged() -> str | None:
    """Return who runs the server where we are root, whom it refuses; None where we are somebody else."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Cluster:
    """A running server; each database in it is made when it is asked for."""

    def __init__(self, folder: Path, user: str) -> None:
        self.folder = folder
        self.user = user
        self._made = 0

    async def wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until it answers; raises what went wrong last where it never does."""
        with anyio.fail_after(START_DEADLINE):
            while True:
                try:
                    return await self.run("SELECT 1")
                except (OSError, asyncpg.PostgresError):
                    if process.poll() is not None:
                        raise
                    await anyio.sleep(0.05)

    async def database(self) -> str:
        """Make a new database and return its URL."""
        self._made += 1
        await self.run(f"CREATE DATABASE bench_{self._made}")
        return f"postgresql+asyncpg://{self.user}@/bench_{self._made}?host={self.folder}"

    async def run(self, statement: str) -> None:
        """Run one statement on the server's own database."""
        connection = await asyncpg.connect(host=str(self.folder), user=self.user, database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
