"""Waking other nodes: a bell to ring after a commit, never the letter itself."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

import anyio
import asyncpg
from sqlalchemy.engine import URL

CHANNEL = "hub_mail"
QUIET = 0.05
RECONNECT = 1.0
TELL_DEADLINE = 2.0
CHECK = 10.0
"""Seconds of silence after which it is seen whether the line still holds: one that was lost unseen never rings."""

log = logging.getLogger(__name__)


class Doorbell(Protocol):
    """Tells other nodes that there is something new, and hears them say so."""

    async def run(self, heard: Callable[[], None]) -> None:
        """Listen for ever, and ring what was asked for."""
        ...

    def ring(self) -> None:
        """Tell the others soon; many rings become one."""
        ...

    async def ring_now(self) -> None:
        """Tell the others before going away."""
        ...


class SilentDoorbell:
    """The bell of a single process, which hears its own posts without one."""

    async def run(self, heard: Callable[[], None]) -> None:
        await anyio.sleep_forever()

    def ring(self) -> None:
        pass

    async def ring_now(self) -> None:
        pass


class PostgresDoorbell:
    """LISTEN and NOTIFY on a connection of its own; rung at most every 50 ms, with an empty payload.

    The connection must be direct: transaction poolers do not pass notifications on.
    """

    def __init__(self, url: URL, channel: str = CHANNEL, check: float = CHECK) -> None:
        self._url = url
        self._channel = channel
        self._check = check
        self._rung = anyio.Event()
        self._closed = anyio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def run(self, heard: Callable[[], None]) -> None:
        while True:
            try:
                await self._listen(heard)
            except* (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as errors:
                log.warning("the doorbell is out of order: %s", errors.exceptions[0])
            heard()
            await anyio.sleep(RECONNECT)

    async def ring_now(self) -> None:
        try:
            with anyio.fail_after(TELL_DEADLINE):
                connection = await self._connect()
                await connection.execute("SELECT pg_notify($1, '')", self._channel)
                await connection.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            log.warning("could not tell the other nodes: %s", error)

    async def _connect(self) -> Any:
        words: dict[str, Any] = {**self._url.translate_connect_args(username="user"), **self._url.query}
        return await asyncpg.connect(**words, timeout=self._check, command_timeout=self._check)

    async def _listen(self, heard: Callable[[], None]) -> None:
        connection = await self._connect()
        try:
            own, closed = connection.get_server_pid(), anyio.Event()
            connection.add_termination_listener(lambda _: closed.set())
            await connection.add_listener(self._channel, lambda _, pid, *__: heard() if pid != own else None)
            heard()
            await self._serve(connection, closed)
        finally:
            connection.terminate()

    async def _serve(self, connection: Any, closed: anyio.Event) -> None:
        async def stop_when_closed() -> None:
            await closed.wait()
            tasks.cancel_scope.cancel()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stop_when_closed)
            while True:
                with anyio.move_on_after(self._check):
                    await self._rung.wait()
                await self._speak(connection)
                await anyio.sleep(QUIET)

    async def _speak(self, connection: Any) -> None:
        """Ring if somebody asked for it; else only see whether the server still answers."""
        if not self._rung.is_set():
            await connection.execute("SELECT 1")
            return
        self._rung = anyio.Event()
        await connection.execute("SELECT pg_notify($1, '')", self._channel)
