"""SQLite databases copied while they are in use, and put back; PostgreSQL has its own programs for both."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hub.store.engine.sqlite_file import scrub

BESIDE = ("-wal", "-shm")


class BadBackup(Exception):
    """The file cannot be written, or holds no whole database; the message says which and why."""


def back_up(database: Path, target: Path) -> None:
    """Copy a database as it is at one moment, also beside a running hub; raises ``BadBackup``.

    The file appears when it is whole and on the disk, readable by its owner alone: it holds sealed secrets.
    """
    if not database.exists():
        raise BadBackup(f"there is no database {database}")
    if target.exists():
        raise BadBackup(f"{target} exists already; backups are not written over each other")
    with _made_whole(target) as part, closing(sqlite3.connect(database, isolation_level=None)) as source:
        try:
            source.execute("VACUUM INTO ?", (str(part),))
        except sqlite3.Error as error:
            raise BadBackup(f"{database} cannot be copied: {error}") from error
        check_whole(part)


def check_whole(path: Path) -> None:
    """Read every page of a database; raises ``BadBackup`` where one is missing or damaged, or it is none."""
    if not path.exists():
        raise BadBackup(f"there is no file {path}")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
            (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            copy.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise BadBackup(f"{path} is no whole database of a hub: {error}") from error
    if found != "ok":
        raise BadBackup(f"{path} is damaged: {found}")


def copy_to_prepare(backup: Path, database: Path) -> Path:
    """Copy a whole backup beside the database that it shall replace, and return where; raises ``BadBackup``."""
    check_whole(backup)
    place = database.with_name(database.name + ".restoring")
    for old in (place, *(_beside(place))):
        old.unlink(missing_ok=True)
    place.touch(0o600, exist_ok=False)
    shutil.copyfile(backup, place)
    return place


def put_in_place(prepared: Path, database: Path, aside: Path) -> None:
    """Let a prepared file be the database from now on; what was there before is kept as ``aside``.

    At every moment there is one whole database, the old one or the new one. Nobody may have either open.
    """
    _without_log(prepared)
    if database.exists():
        _without_log(database)
        os.link(database, aside)
    _to_disk(prepared)
    prepared.replace(database)
    _to_disk(database.parent)


def _without_log(path: Path) -> None:
    """Leave all of a database in its one file."""
    if not scrub(path):
        raise BadBackup(f"{path} is in use by another program")
    for one in _beside(path):
        one.unlink(missing_ok=True)


def _beside(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in BESIDE]


@contextmanager
def _made_whole(target: Path) -> Iterator[Path]:
    """Give a place to write to; it takes the target's name when the block ends well, and is gone when it does not."""
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        part.touch(0o600, exist_ok=False)
    except OSError as error:
        raise BadBackup(f"{target} cannot be written: {error}") from error
    try:
        yield part
        _to_disk(part)
        part.rename(target)
        _to_disk(target.parent)
    finally:
        part.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
