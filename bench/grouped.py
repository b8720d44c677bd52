"""The least that durable acceptance can cost on SQLite: the raw body inserted by hand, one fsync for all who wait."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections import deque
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL")
Waiting = tuple[bytes, asyncio.Future[None]]


class GroupedInserts:
    """One thread that inserts whatever has come since its last commit."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Waiting] = deque()
        self._bell = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    async def accept(self, request: Request) -> Response:
        """Answer once the body is on disk."""
        answer: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((await request.body(), answer))
        self._bell.set()
        await answer
        return Response()

    def close(self) -> None:
        """End the thread."""
        self._closed = True
        self._bell.set()
        self._thread.join()

    def _write(self) -> None:
        database = sqlite3.connect(self._file, isolation_level=None)
        for pragma in PRAGMAS:
            database.execute(f"PRAGMA {pragma}")
        database.execute("CREATE TABLE mail (id INTEGER PRIMARY KEY, body BLOB)")
        while not self._closed:
            self._bell.wait()
            self._bell.clear()
            self._insert(database, [self._waiting.popleft() for _ in range(len(self._waiting))])
        database.close()

    def _insert(self, database: sqlite3.Connection, group: list[Waiting]) -> None:
        if not group:
            return
        database.execute("BEGIN IMMEDIATE")
        database.executemany("INSERT INTO mail (body) VALUES (?)", [(body,) for body, _ in group])
        database.execute("COMMIT")
        self._loop.call_soon_threadsafe(_answer, group)


def _answer(group: list[Waiting]) -> None:
    for _, answer in group:
        if not answer.done():
            answer.set_result(None)
