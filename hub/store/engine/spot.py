"""Short looks into a SQLite file, on the spot: the way to another thread and back takes longer than they do."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import anyio
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from hub.store.engine.connect import left_as_found
from hub.store.engine.sqlite import on_the_spot

T = TypeVar("T")


class Spot:
    """A connection that is looked through on the caller's own thread, and kept: lending one anew costs as much."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._opening = anyio.Lock()
        self._connection: AsyncConnection | None = None

    async def look(self, glance: Callable[[AsyncConnection], Coroutine[Any, Any, T]]) -> T:
        """Return what ``glance`` reads, which may wait for nothing but this connection."""
        connection = self._connection or await self._opened()
        return on_the_spot(connection, left_as_found(connection, glance))

    async def close(self) -> None:
        """Give the connection back."""
        if self._connection is not None:
            await self._connection.close()

    async def _opened(self) -> AsyncConnection:
        async with self._opening:
            if self._connection is None:
                self._connection = await self._engine.connect()
            return self._connection
