"""A file that a node locks for life, so that its next process on this machine knows the former one to be dead."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hub.store.engine import StoreBusy, StoreUnavailable


@dataclass(frozen=True, slots=True)
class NodeFile:
    """The locked file; ``former`` is the name of the process that signed it last, which is no more."""

    former: str | None
    _file: IO[str]

    def sign(self, name: str) -> None:
        """Write down durably whom the next process follows."""
        self._file.seek(0)
        self._file.truncate()
        self._file.write(name)
        self._file.flush()
        os.fsync(self._file.fileno())


@contextmanager
def locked(path: Path) -> Iterator[NodeFile]:
    """Hold the file; the system lets go of it when the process dies, however it does.

    Raises StoreBusy where another process holds it, StoreUnavailable where it cannot be opened.
    """
    try:
        file = path.open("a+")
    except OSError as error:
        raise StoreUnavailable(f"the node's file {path} cannot be opened: {error}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"{path} belongs to another running process; give each node a HUB_NODE_FILE of its own"
            raise StoreBusy(message) from error
        file.seek(0)
        yield NodeFile(file.read().strip() or None, file)
