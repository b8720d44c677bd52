"""Connections kept for the next call, and never more of them at once than allowed."""

from __future__ import annotations

import asyncio
import ssl

import anyio
import httpx2

from hub.adapters.wire.answer import Answer
from hub.adapters.wire.connection import Connection
from hub.adapters.wire.dialing import dial
from hub.adapters.wire.patience import Origin, Patience

CLOSING = 2.0


class Pool:
    """Lends connections: the one used last first, for the others may rest until they are too old.

    ``most`` calls are under way at once, ``idle_most`` connections wait for the next one, none longer than
    ``idle_seconds``; further calls wait in the order they came.
    """

    def __init__(self, tls: ssl.SSLContext, most: int, idle_most: int, idle_seconds: float) -> None:
        self._tls = tls
        self._idle_most = idle_most
        self._idle_seconds = idle_seconds
        self._places = anyio.Semaphore(most)
        self._idle: list[tuple[Origin, Connection]] = []
        self._open: set[Connection] = set()

    async def ask(self, origin: Origin, request: bytes, patience: Patience, *, bodiless: bool) -> Answer:
        """Send a request over a connection of its own and return the answer; raises what either raises."""
        await self._place(patience.pool)
        try:
            connection = self._idle_one(origin) or await self._dialled(origin, patience.connect)
            try:
                return await connection.ask(request, patience, bodiless=bodiless)
            finally:
                self._keep(origin, connection)
        finally:
            self._places.release()

    async def close(self) -> None:
        """End all connections, whatever they are at."""
        gone = [connection.lost for connection in self._open]
        for connection in self._open:
            connection.close()
        self._idle.clear()
        if gone:
            with anyio.move_on_after(CLOSING, shield=True):
                await asyncio.wait(gone)

    async def _place(self, seconds: float) -> None:
        try:
            self._places.acquire_nowait()
        except anyio.WouldBlock:
            try:
                with anyio.fail_after(seconds):
                    await self._places.acquire()
            except TimeoutError as error:
                raise httpx2.PoolTimeout(f"all connections were in use for {seconds:g} s") from error

    async def _dialled(self, origin: Origin, seconds: float) -> Connection:
        connection = await dial(origin, self._tls, seconds)
        self._open.add(connection)
        connection.lost.add_done_callback(lambda _: self._open.discard(connection))
        return connection

    def _idle_one(self, origin: Origin) -> Connection | None:
        """Return the connection to a server that was used last, if it still can be; drop those that cannot."""
        oldest = asyncio.get_running_loop().time() - self._idle_seconds
        for whose, connection in reversed(self._idle.copy()):
            if connection.idle_since < oldest or not connection.usable:
                self._idle.remove((whose, connection))
                connection.close()
            elif whose == origin:
                self._idle.remove((whose, connection))
                if connection.silent():
                    return connection
                connection.close()
        return None

    def _keep(self, origin: Origin, connection: Connection) -> None:
        """Keep what can carry another call, the younger ones where there are too many."""
        if not connection.usable:
            return
        connection.idle_since = asyncio.get_running_loop().time()
        self._idle.append((origin, connection))
        if len(self._idle) > self._idle_most:
            self._idle.pop(0)[1].close()
