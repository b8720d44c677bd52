"""The file of a SQLite database: where it lies, its write-ahead log, and the lock that keeps a second process out."""

from __future__ import annotations

import fcntl
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from hub.store.engine.fault import StoreBusy, StoreUnavailable

SCRUB_WAIT = 2.0
"""Seconds that readers get to end; the writer waits as long, well within its own patience."""


def file_of(url: URL) -> Path:
    """Return the file of a SQLite URL; a database in memory is a ``ValueError``, for it is not durable."""
    if not url.database or url.database == ":memory:":
        raise ValueError("the store needs a SQLite file, not a database in memory")
    return Path(url.database)


def prepare(path: Path) -> None:
    """Make the file keep a write-ahead log, which cannot be changed any more once somebody reads."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=WAL")
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path} cannot be opened: {error}") from error


def scrub(path: Path) -> bool:
    """Move the write-ahead log into the file and cut it to nothing; False where a reader or the disk forbids it."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=SCRUB_WAIT)) as database:
            (busy, *_) = database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    return not busy


@contextmanager
def only_process(path: Path) -> Iterator[None]:
    """Hold the file's lock for life, or raise ``StoreBusy``; the system lets go of it when the process dies."""
    with lock_file(path) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreBusy(f"{path} is in use by another process; SQLite serves one process at a time") from error
        yield


def lock_file(path: Path) -> IO[str]:
    """Open the file that is locked in the database's stead."""
    try:
        return lock_of(path).open("w")
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be locked: {error}") from error


def lock_of(path: Path) -> Path:
    """Return where the lock of a database lies."""
    return path.with_name(path.name + ".lock")
