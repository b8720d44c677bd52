"""A clock that is wrong by as much as a file says: what a node under torture goes by."""

from __future__ import annotations

import mmap
import struct
from datetime import datetime, timedelta
from pathlib import Path

from hub.clock import SystemClock

SECONDS = struct.Struct("d")


class SkewedClock(SystemClock):
    """The machine's time, wrong by the seconds in a file; the monotonic clock is as it should be."""

    def __init__(self, file: Path) -> None:
        with file.open("rb") as opened:
            self._memory = mmap.mmap(opened.fileno(), SECONDS.size, access=mmap.ACCESS_READ)

    def now(self) -> datetime:
        (wrong_by,) = SECONDS.unpack_from(self._memory)
        return super().now() + timedelta(seconds=wrong_by)


def read_skew(file: Path) -> float:
    """Return by how many seconds the clocks that go by a file are wrong."""
    seconds: float = SECONDS.unpack(file.read_bytes())[0]
    return seconds


def set_skew(file: Path, seconds: float) -> None:
    """Make every clock that goes by a file wrong by so many seconds, at once and in running processes too."""
    with file.open("r+b" if file.exists() else "wb") as opened:
        opened.write(SECONDS.pack(seconds))
