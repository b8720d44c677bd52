"""A fresh database for every play: a copy of one that was migrated once, in memory where the system offers that."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from hub.store.engine.sqlite import prepare
from hub.store.migrations import migrate

MEMORY = Path("/dev/shm")  # noqa: S108


@contextmanager
def template() -> Iterator[Path]:
    """Lend a file with the newest schema and nothing in it."""
    content = migrated()
    with TemporaryDirectory(prefix="handelhub-play-", dir=_where()) as folder:
        path = Path(folder) / "hub.sqlite"
        path.write_bytes(content)
        yield path


@cache
def migrated() -> bytes:
    """Return the bytes of an empty database of the newest schema; it is made once per process."""
    with TemporaryDirectory(prefix="handelhub-play-", dir=_where()) as folder:
        path = Path(folder) / "hub.sqlite"
        asyncio.run(migrate(f"sqlite:///{path}"))
        prepare(path)
        return path.read_bytes()


def _where() -> str:
    return str(MEMORY) if os.access(MEMORY, os.W_OK) else gettempdir()
