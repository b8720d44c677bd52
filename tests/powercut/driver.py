"""The hub's own store engine on a recorded disk: what it uses of ``sqlite3``, served by another SQLite with a VFS."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import apsw

from tests.powercut.recorder import Recorder


class Cursor:
    """The result of one statement, read to its end."""

    def __init__(self, database: apsw.Connection, sql: str, values: Sequence[Any]) -> None:
        self.description: Any = None
        cursor = database.cursor()
        cursor.exec_trace = self._describe
        self._rows = list(cursor.execute(sql, tuple(values)))
        self.rowcount = database.changes()
        self.lastrowid = database.last_insert_rowid()

    def _describe(self, cursor: apsw.Cursor, sql: str, values: Any) -> bool:
        columns = cursor.get_description()
        self.description = tuple((name, None, None, None, None, None, None) for name, *_ in columns) or None
        return True

    def fetchall(self) -> list[Any]:
        return self._rows

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None

    def close(self) -> None:
        """Nothing is held."""


class Connection:
    """What the engine uses of a ``sqlite3.Connection``."""

    isolation_level = None

    def __init__(self, path: str, vfs: str) -> None:
        self._database = apsw.Connection(path, vfs=vfs)

    @property
    def in_transaction(self) -> bool:
        return self._database.in_transaction

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Cursor:
        return Cursor(self._database, sql, values)

    def executemany(self, sql: str, rows: Sequence[Sequence[Any]]) -> Cursor:
        made = [Cursor(self._database, sql, row) for row in rows]
        made[-1].rowcount = sum(one.rowcount for one in made)
        return made[-1]

    def commit(self) -> None:
        if self.in_transaction:
            self._database.execute("COMMIT")

    def rollback(self) -> None:
        if self.in_transaction:
            self._database.execute("ROLLBACK")

    def create_function(self, name: str, arguments: int, function: Any, deterministic: bool = False) -> None:
        self._database.create_scalar_function(name, function, arguments, deterministic=deterministic)

    def close(self) -> None:
        self._database.close()


def sqlite3_on(recorder: Recorder) -> SimpleNamespace:
    """Return a stand-in for the module ``sqlite3`` whose connections write to the recorder."""

    def connect(path: object, **_: Any) -> Connection:
        return Connection(str(path), recorder.name)

    return SimpleNamespace(
        connect=connect, Error=sqlite3.Error, OperationalError=sqlite3.OperationalError,
        Connection=Connection, Cursor=Cursor,
    )  # fmt: skip
