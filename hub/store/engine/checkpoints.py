"""Moving SQLite's write-ahead log into its file beside the commits: one that did it would hold up all the others."""

from __future__ import annotations

import logging
import sqlite3
from functools import partial
from pathlib import Path

import anyio
from sqlalchemy.exc import DBAPIError

from hub.store.engine import sqlite
from hub.store.engine.fault import StoreUnavailable

EVERY = 400
"""Works between two moves, of a few pages each; a log of ``sqlite.LONGEST_LOG`` is moved by the commit that made it so
long."""
MOVE = "PRAGMA wal_checkpoint(PASSIVE)"

_log = logging.getLogger(__name__)


class Checkpoints:
    """Counts what was committed, and moves the log with a connection of its own while others read and write on."""

    def __init__(self, path: Path) -> None:
        self._connect = sqlite.connector(str(path), sqlite.CHECKPOINT_PRAGMAS)
        self._connection: sqlite.Connection | None = None
        self._works = 0
        self._due = anyio.Event()
        self._closed = False

    def note(self, works: int) -> None:
        """Count the works of a commit."""
        self._works += works
        if self._works >= EVERY:
            self._due.set()

    async def run(self) -> None:
        """Move the log whenever it is due, until closed; one that cannot be moved is tried again later."""
        try:
            while await self._is_due():
                await self._move()
        finally:
            if self._connection is not None:
                with anyio.CancelScope(shield=True):
                    await self._connection.close()

    def close(self) -> None:
        """Move nothing any more."""
        self._closed = True
        self._due.set()

    async def _is_due(self) -> bool:
        await self._due.wait()
        self._works, self._due = 0, anyio.Event()
        return not self._closed

    async def _move(self) -> None:
        try:
            self._connection = self._connection or await self._connect()
            await self._connection.hop(partial(sqlite.rows, self._connection.database, MOVE, ()))
        except (StoreUnavailable, DBAPIError, sqlite3.Error) as error:
            _log.warning("the write-ahead log was not moved into the database: %s", error)
