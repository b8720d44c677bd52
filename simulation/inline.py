"""SQLite without its thread: statements run in the loop itself, and the loop may let others go first.

Where the real connection hops to a thread, this one waits for its file's write lock and, now and then, a moment.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Sequence
from random import Random
from typing import Any

from hub.store.engine.sqlite import Connection
from simulation.place import PLACE

YIELDS = 0.12
"""Chance that others run before a statement does."""

LOCK_LOOK = 0.001
"""Seconds between two looks at a file that another writes to, as SQLite itself looks."""

SLOWNESS = 0.02
"""The longest that a statement waits for the disk, seconds."""


FORSAKEN: list[sqlite3.Connection] = []
"""Connections of the process that this one is a fork of: to close them here would touch the file of the other."""


class WriteLock:
    """Who of several connections has a transaction open on one file; the others wait, as SQLite has them do."""

    def __init__(self) -> None:
        self.holder: InlineConnection | None = None

    def free_for(self, asking: InlineConnection) -> bool:
        """Say whether a connection may write; a dead node holds no lock."""
        holder = self.holder
        return holder is None or holder is asking or holder.gone


class InlineConnection(Connection):
    """The hub's own SQLite connection, with the thread taken out."""

    def __init__(
        self, open_file: Callable[[], sqlite3.Connection], lock: WriteLock, random: Random, writes: bool
    ) -> None:
        self._open_file = open_file
        database = self._connection = open_file()
        self._running = True
        self._lock = lock
        self._random = random
        self._writes = writes
        self._aboard = False
        place = PLACE.get()
        self._place = place
        if place is not None:
            place.files.append(database)

    def __await__(self) -> Generator[Any, None, InlineConnection]:
        yield from ()
        return self

    def __del__(self) -> None:
        """Leave the file to whoever closes it."""

    @property
    def gone(self) -> bool:
        return self._connection is None or (self._place is not None and self._place.dead)

    def reopen(self) -> None:
        """Go on with the file of this name in the folder of this process; what was open stays as it is, untouched."""
        before, self._connection = self.database, self._open_file()
        FORSAKEN.append(before)
        if self._place is not None:
            self._place.files[self._place.files.index(before)] = self._connection

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if self._connection is None:
            raise ValueError("Connection closed")
        if self._aboard or self.lent:
            return fn(*args, **kwargs)
        await self.turn()
        self.board()
        try:
            return fn(*args, **kwargs)
        finally:
            self.land()

    @property
    def boarded(self) -> bool:
        """Whether somebody does several things in a row on it, and waits for nothing meanwhile."""
        return self._aboard or self.lent

    def board(self) -> None:
        """Let everything run without waiting, until it is landed again."""
        self._aboard = True

    def land(self) -> None:
        """Let others go first again."""
        self._aboard = False
        self.settled = True
        self._note_lock()

    async def turn(self) -> None:
        """Wait for the file's write lock, if this one writes, and now and then a moment."""
        self.settled = False
        if self._random.random() < YIELDS:
            await asyncio.sleep(self._random.uniform(0, SLOWNESS))
        while self._writes and not self._lock.free_for(self):  # noqa: ASYNC110
            await asyncio.sleep(LOCK_LOOK)

    def _note_lock(self) -> None:
        if not self._writes or self._connection is None:
            return
        if self._connection.in_transaction:
            self._lock.holder = self
        elif self._lock.holder is self:
            self._lock.holder = None

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            if self._place is not None and self._connection in self._place.files:
                self._place.files.remove(self._connection)
            self._connection = None
        if self._lock.holder is self:
            self._lock.holder = None


class Disk:
    """Opens connections to one file."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._lock = WriteLock()
        self._made: list[InlineConnection] = []

    @property
    def busy(self) -> bool:
        """Whether a transaction is open."""
        return any(one.database.in_transaction for one in self._alive())

    def reopen(self) -> None:
        """Let every connection be one to the file of this name in the folder of this process."""
        for one in self._alive():
            one.reopen()

    def _alive(self) -> list[InlineConnection]:
        self._made = [one for one in self._made if not one.gone]
        return self._made

    def connector(self, path: str, pragmas: Sequence[str]) -> Callable[[], Any]:
        """Stand in for ``hub.store.engine.sqlite.connector``."""
        writes = "query_only=ON" not in pragmas

        def open_file() -> sqlite3.Connection:
            database = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
            for pragma in pragmas:
                database.execute(f"PRAGMA {pragma}")
            return database

        async def connect() -> InlineConnection:
            self._made.append(InlineConnection(open_file, self._lock, self._random, writes))
            return self._made[-1]

        return connect
