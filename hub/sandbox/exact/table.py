"""Rows as a database with row versions keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]
"""Field name to stored value: lower-case GUID strings, Decimal, aware UTC datetime, int, bool, None."""
YOUNG = 32
"""So many young databases there are; each takes every so manieth number, as if the others' divisions took the rest."""


class Versions:
    """The database-wide row version: unique, rising, not a time."""

    def __init__(self, start: int = 4_183_000, step: int = 1) -> None:
        self.last = start
        self._step = step

    def next(self) -> int:
        self.last += self._step
        return self.last

    @classmethod
    def of_young_database(cls, number: int) -> Versions:
        """Return the row version of a database in which less has happened; no two give a row the same."""
        return cls(1000 + number % YOUNG, YOUNG)


class Table:
    """Rows by key, in order of their row version; optionally also found by their parent's key."""

    def __init__(self, versions: Versions, key: str, parent: str | None = None) -> None:
        self.rows: dict[str, Row] = {}
        self.key = key
        self._versions = versions
        self._parent = parent
        self._children: dict[str, dict[str, None]] = {}

    def put(self, row: Row) -> Row:
        """Insert or move a row to the newest version."""
        key = row[self.key]
        self.rows.pop(key, None)
        row["Timestamp"] = self._versions.next()
        self.rows[key] = row
        if self._parent is not None:
            self._children.setdefault(row[self._parent], {})[key] = None
        return row

    def move(self, versions: Versions) -> None:
        """Let all rows be written anew in another database, in the order in which they were."""
        self._versions = versions
        for row in list(self.rows.values()):
            self.put(row)

    def drop(self, key: str) -> Row:
        row = self.rows.pop(key)
        if self._parent is not None:
            self._children[row[self._parent]].pop(key, None)
        return row

    def get(self, key: object) -> Row | None:
        return self.rows.get(str(key)) if key is not None else None

    def of(self, parent: str) -> list[Row]:
        """Return the rows below one parent, in order of creation."""
        return [self.rows[key] for key in self._children.get(parent, ())]

    def find(self, **wanted: object) -> Iterable[Row]:
        """Return rows whose fields equal the wanted values."""
        return (row for row in self.rows.values() if all(row.get(name) == value for name, value in wanted.items()))

    def first(self, **wanted: object) -> Row | None:
        return next(iter(self.find(**wanted)), None)
