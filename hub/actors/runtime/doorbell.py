"""Waking other nodes: a bell to ring after a commit, which says at whose door, never the letter itself."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol, TypeAlias

import anyio
import asyncpg
import orjson
from sqlalchemy.engine import URL

from hub.actors.runtime.mailbox.letters import Key

Whose: TypeAlias = frozenset[Key] | None
"""The actors that a ring is about; None: it may be any, for rings may have been missed."""
Heard: TypeAlias = Callable[[Whose], None]

CHANNEL = "hub_mail"
LONGEST = 7999
"""Bytes that PostgreSQL lets a notification have."""
RING = "SELECT pg_notify($1, names) FROM unnest($2::text[]) AS names"
QUIET = 0.05
RECONNECT = 1.0
TELL_DEADLINE = 2.0
CHECK = 10.0
"""Seconds of silence after which it is seen whether the line still holds: one that was lost unseen never rings."""

log = logging.getLogger(__name__)


class Doorbell(Protocol):
    """Tells other nodes that there is something new, and hears them say so."""

    async def run(self, heard: Heard) -> None:
        """Listen for ever, and ring what was asked for."""
        ...

    def ring(self, keys: Iterable[Key]) -> None:
        """Tell the others soon that something happened to these actors; many rings become one."""
        ...

    async def ring_now(self) -> None:
        """Tell the others, before going away, that something may have happened to any."""
        ...


class SilentDoorbell:
    """The bell of a single process, which hears its own posts without one."""

    async def run(self, heard: Heard) -> None:
        await anyio.sleep_forever()

    def ring(self, keys: Iterable[Key]) -> None:
        pass

    async def ring_now(self) -> None:
        pass


class PostgresDoorbell:
    """LISTEN and NOTIFY on a connection of its own, rung at most every 50 ms.

    Whoever begins to listen, or does so again, looks at everything and has all others do so: what was rung meanwhile,
    on either side, nobody heard. The connection must be direct: transaction poolers do not pass notifications on.
    """

    def __init__(self, url: URL, channel: str = CHANNEL, check: float = CHECK) -> None:
        self._url = url
        self._channel = channel
        self._check = check
        self._rung = anyio.Event()
        self._keys: set[Key] = set()

    def ring(self, keys: Iterable[Key]) -> None:
        self._keys.update(keys)
        self._rung.set()

    async def run(self, heard: Heard) -> None:
        while True:
            try:
                await self._listen(heard)
            except* (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as errors:
                log.warning("the doorbell is out of order: %s", errors.exceptions[0])
            heard(None)
            await anyio.sleep(RECONNECT)

    async def ring_now(self) -> None:
        try:
            with anyio.fail_after(TELL_DEADLINE):
                connection = await self._connect()
                await self._call(connection, [""])
                await connection.close()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            log.warning("could not tell the other nodes: %s", error)

    async def _connect(self) -> Any:
        words: dict[str, Any] = {**self._url.translate_connect_args(username="user"), **self._url.query}
        return await asyncpg.connect(**words, timeout=self._check, command_timeout=self._check)

    async def _listen(self, heard: Heard) -> None:
        connection = await self._connect()
        try:
            own, closed = connection.get_server_pid(), anyio.Event()
            connection.add_termination_listener(lambda _: closed.set())

            def hear(_: object, pid: int, __: str, names: str) -> None:
                if pid != own:
                    heard(whose(names))

            await connection.add_listener(self._channel, hear)
            heard(None)
            await self._call(connection, [""])
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
        keys, self._keys, self._rung = self._keys, set(), anyio.Event()
        await self._call(connection, list(names_of(sorted(keys))))

    async def _call(self, connection: Any, names: list[str]) -> None:
        await connection.execute(RING, self._channel, names)


def names_of(keys: Iterable[Key]) -> Iterator[str]:
    """Yield what is called out for actors, as often as one call has room for them."""
    called, length = list[bytes](), 1
    for key in keys:
        name = orjson.dumps(key)
        if called and length + len(name) + 1 > LONGEST:
            yield _list(called)
            called, length = [], 1
        called.append(name)
        length += len(name) + 1
    if called:
        yield _list(called)


def _list(called: Iterable[bytes]) -> str:
    """Return them as JSON: as many bytes as all names, one after each and one before the first."""
    return f"[{b','.join(called).decode()}]"


def whose(names: str) -> Whose:
    """Return the actors that were called out."""
    return frozenset((tenant, address) for tenant, address in orjson.loads(names)) if names else None
