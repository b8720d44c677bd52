"""Reading one statement from SQLite: it sees a snapshot of its own, and needs no transaction and no pool."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from sqlalchemy.exc import DBAPIError

from hub.store.engine import sqlite
from hub.store.engine.fault import named

MOST = 4


@dataclass(slots=True)
class Line:
    """A connection, and how many statements it was asked (counted by the loop) and has run (by its thread)."""

    connection: sqlite.Connection
    asked: int = 0
    run: int = 0

    @property
    def waiting(self) -> int:
        """How many have not ended, those included that nobody waits for any more."""
        return self.asked - self.run

    async def rows(self, text: str, values: Sequence[Any]) -> list[Any]:
        """Return the rows of a statement."""
        self.asked += 1
        rows: list[Any] = await self.connection.hop(partial(self._rows, text, values))
        return rows

    def _rows(self, text: str, values: Sequence[Any]) -> list[Any]:
        try:
            return sqlite.rows(self.connection.database, text, values)
        finally:
            self.run += 1


class Readers:
    """A few connections to one file, opened when they are needed; a slow statement holds up those behind it alone."""

    def __init__(self, path: Path) -> None:
        self._connect = sqlite.connector(str(path), sqlite.READER_PRAGMAS)
        self._lines: list[Line] = []
        self._opening = anyio.Lock()

    async def rows(self, text: str, values: Sequence[Any]) -> list[Any]:
        """Return the rows of a statement; a caller who is cancelled leaves it to its end."""
        line = self._shortest()
        if line is None or (line.waiting and len(self._lines) < MOST):
            line = await self._opened()
        return await line.rows(text, values)

    async def close(self) -> None:
        """End all connections, once what they were asked has been read."""
        lines, self._lines = self._lines, []
        for line in lines:
            await line.connection.close()

    def _shortest(self) -> Line | None:
        return min(self._lines, key=lambda line: line.waiting, default=None)

    async def _opened(self) -> Line:
        async with self._opening:
            line = self._shortest()
            if line is not None and (not line.waiting or len(self._lines) >= MOST):
                return line
            try:
                line = Line(await self._connect())
            except sqlite3.Error as error:
                wrapped = DBAPIError.instance(None, None, error, sqlite3.Error)
                raise named(wrapped) or wrapped from error
            self._lines.append(line)
            return line
