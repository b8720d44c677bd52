"""Short looks at PostgreSQL: lending a connection for one, and giving it back, costs the hub more than the look."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.store.engine.connect import left_as_found
from hub.store.engine.fault import named_faults
from hub.store.engine.postgres import SINCE, TRUSTED
from hub.store.engine.wire import is_alive

T = TypeVar("T")


class Kept:
    """A connection that goes from one look to the next; who comes while it is in use takes another from the pool.

    One that failed, whose caller was cancelled or that had a pause goes back, and the pool sees whether it lives.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._idle: AsyncConnection | None = None
        self._used = 0.0
        self._closed = False

    async def look(self, glance: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
        """Return what ``glance`` reads; ``StoreUnavailable`` when the database cannot be reached."""
        connection = await self._taken()
        whole = False
        try:
            found = await left_as_found(connection, glance)
            whole = True
        finally:
            await self._left(connection, whole=whole)
        return found

    async def close(self) -> None:
        """Give the connection back, and keep none any more."""
        connection, self._idle, self._closed = self._idle, None, True
        if connection is not None:
            await self._left(connection, whole=False)

    async def _taken(self) -> AsyncConnection:
        connection, self._idle = self._idle, None
        if connection is not None and is_alive(connection):
            if time.monotonic() - self._used <= TRUSTED:
                return connection
            connection.info[SINCE] = self._used
        if connection is not None:
            await self._left(connection, whole=False)
        with named_faults():
            return await self._engine.connect()

    async def _left(self, connection: AsyncConnection, *, whole: bool) -> None:
        if whole and self._idle is None and not self._closed:
            self._idle, self._used = connection, time.monotonic()
        else:
            with anyio.CancelScope(shield=True):
                await connection.close()
