"""A PostgreSQL server of the tests' own: found on PATH, among the system's versions, or in a wheel."""

from __future__ import annotations

import asyncio
import getpass
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

SETTINGS = ("fsync=off", "full_page_writes=off", "synchronous_commit=on", "max_connections=200", "listen_addresses=")
START_DEADLINE = 120.0


def binaries() -> Path | None:
    """Return the folder of the server's programs, or None when there is no server on this machine."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    wheel = importlib.util.find_spec("pgserver")
    if wheel is not None and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def running_server(programs: Path) -> Iterator[Server]:
    """Run a throw-away server on a socket in a folder of its own; an unprivileged user runs it where we are root."""
    folder = Path(tempfile.mkdtemp(prefix="hub-pg-"))
    user = unprivileged()
    if user is not None:
        shutil.chown(folder, user)
    process = start(programs, folder, user)
    try:
        server = Server(folder, process, user or getpass.getuser())
        server.wait()
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(START_DEADLINE)
        shutil.rmtree(folder, ignore_errors=True)


def start(programs: Path, folder: Path, user: str | None) -> subprocess.Popen[bytes]:
    data = folder / "data"
    options: dict[str, Any] = {"user": user, "cwd": folder, "env": {**os.environ, "LC_ALL": "C"}}
    with (folder / "log").open("wb") as log:
        options |= {"stdout": log, "stderr": log}
        if not data.exists():
            command: list[str | Path] = [programs / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--no-sync"]
            subprocess.run(command, check=True, **options)
        chosen = [word for setting in SETTINGS for word in ("-c", setting)]
        return subprocess.Popen([programs / "postgres", "-D", data, "-k", folder, *chosen], **options)


def unprivileged() -> str | None:
    """Return who shall run the server when we are root, for it refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Server:
    """A running server and the databases in it."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes], user: str) -> None:
        self.folder = folder
        self.process = process
        self.user = user

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://{self.user}@/{database}?host={self.folder}"

    def wait(self) -> None:
        deadline = time.monotonic() + START_DEADLINE
        while True:
            try:
                return self.run("SELECT 1")
            except (OSError, asyncpg.PostgresError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def run(self, statement: str) -> None:
        asyncio.run(self._run(statement))

    async def _run(self, statement: str) -> None:
        connection = await asyncpg.connect(host=str(self.folder), user=self.user, database="postgres")
        try:
            await connection.execute(statement)
        finally:
            await connection.close()
