"""A fresh database for every play: a copy of one that was migrated once, in memory where the system offers that."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from hub.store.engine.sqlite_file import prepare
from hub.store.migrations import migrate

MEMORY = Path("/dev/shm")  # noqa: S108


FILE = "hub.sqlite"
"""The hub's file, in whatever folder a process works: a fork that changes its folder has a file of its own."""


@contextmanager
def template() -> Iterator[None]:
    """Work in a folder with a file of the newest schema and nothing in it."""
    content = migrated()
    with folder() as place, chdir(place):
        Path(FILE).write_bytes(content)
        yield


@contextmanager
def folder() -> Iterator[Path]:
    """Lend an empty folder."""
    with TemporaryDirectory(prefix="handelhub-play-", dir=_where()) as place:
        yield Path(place)


@cache
def migrated() -> bytes:
    """Return the bytes of an empty database of the newest schema; it is made once per process."""
    with folder() as place:
        path = place / FILE
        asyncio.run(migrate(f"sqlite:///{path}"))
        prepare(path)
        return path.read_bytes()


def _where() -> str:
    return str(MEMORY) if os.access(MEMORY, os.W_OK) else gettempdir()
