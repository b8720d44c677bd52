"""Processes of the demo: each is ended by its own id, whatever happens to the demo."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
from anyio.abc import Process

from demo.failure import DemoFailed
from demo.plan import ROOT

PATIENCE = 20.0
"""Seconds that a process may take to end after it was asked to."""
START_DEADLINE = 120.0
NEVER_GIVEN = range(20_000, 32_000)
"""Ports below those that Linux, macOS and Windows give to whoever asks for any port."""
TRIES = 100
LAST_LINES = 12


def free_port(wanted: int | None = None) -> int:
    """Return ``wanted`` if nobody listens there, else a free port of loopback.

    It is one that the system gives to nobody by itself, for whoever asked listens there only a moment later.
    """
    others = (secrets.choice(NEVER_GIVEN) for _ in range(TRIES))
    for port in (wanted, *others) if wanted else others:
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise DemoFailed("There is no free port on 127.0.0.1.")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment without its hub settings, and with the given ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    return {**kept, **settings}


class Child:
    """One program that can be started, killed and started again; it writes to a log of its own."""

    def __init__(self, name: str, command: tuple[str, ...], settings: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = command
        self._settings = settings
        self._process: Process | None = None

    async def start(self) -> None:
        """Start the program apart from our terminal, so that Ctrl-C reaches the demo alone."""
        with self.log.open("ab") as log:
            self._process = await anyio.open_process(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=environment(self._settings),
                start_new_session=True,
            )

    @property
    def ended(self) -> bool:
        """Whether it is not running."""
        return self._process is None or self._process.returncode is not None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self._process is not None and not self.ended:
            self._process.send_signal(number)

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return None if self._process is None or self.ended else self._process.pid

    async def kill(self) -> None:
        """End it at once, as kill -9 does, and wait until it is gone."""
        if self._process is not None and not self.ended:
            self._process.kill()
            await self._process.wait()

    async def stop(self) -> bool:
        """Ask it to end, and insist when it does not; says whether asking was enough."""
        if self._process is None or self.ended:
            return True
        self._process.terminate()
        with anyio.move_on_after(PATIENCE) as waited:
            await self._process.wait()
        await self.kill()
        return not waited.cancelled_caught

    async def answering(self, url: str) -> None:
        """Wait until a GET of ``url`` is answered 200; raises ``DemoFailed`` with its last words if it ends first."""
        async with httpx2.AsyncClient(trust_env=False, timeout=5) as http:
            with anyio.move_on_after(START_DEADLINE):
                while not self.ended:
                    if await _answers(http, url):
                        return
                    await anyio.sleep(0.05)
        raise DemoFailed(f"{self.name} does not answer at {url}.\n{self.last_words()}")

    def last_words(self) -> str:
        """Return the end of its log."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])


async def _answers(http: httpx2.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(url)).status_code == 200
    except httpx2.HTTPError:
        return False


@asynccontextmanager
async def running(child: Child) -> AsyncIterator[Child]:
    """Start a child and stop it at the end, also when the demo is being cancelled."""
    try:
        await child.start()
        yield child
    finally:
        with anyio.CancelScope(shield=True):
            await child.stop()


async def run_once(command: tuple[str, ...], settings: Mapping[str, str]) -> str:
    """Run a command to its end and return what it wrote; raises ``DemoFailed`` where it fails."""
    done = await anyio.run_process(command, cwd=ROOT, env=environment(settings), check=False)
    if done.returncode != 0:
        told = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise DemoFailed(f"{' '.join(command[1:])} failed:\n{told}")
    return done.stdout.decode()
