"""A small disk that can be filled: a file system of its own where one may be mounted, else a quota on processes."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEGABYTE = 1 << 20
SIZE = 192 * MEGABYTE
PIECES = (MEGABYTE, 64 << 10, 4 << 10)


class SmallDisk:
    """A file system in memory with room for little."""

    name = f"a file system of {SIZE // MEGABYTE} MB (tmpfs), filled to the last block"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, pids: Iterable[int]) -> None:
        """Leave no block free; whose processes write there does not matter."""
        with self._ballast.open("ab") as file:
            for piece in PIECES:
                self._fill(file.fileno(), piece)

    def is_full(self) -> bool:
        """Whether there is next to nothing left; a database may have given a few blocks back meanwhile."""
        left = os.statvfs(self.folder)
        return left.f_bavail * left.f_frsize < MEGABYTE

    def _fill(self, file: int, piece: int) -> None:
        while True:
            try:
                os.posix_fallocate(file, os.fstat(file).st_size, piece)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                return

    def free(self, pids: Iterable[int]) -> None:
        """Make room again."""
        self._ballast.unlink(missing_ok=True)


class Quota:
    """A limit on the size of files, for machines on which nothing may be mounted: no file may grow any more."""

    name = "a quota (RLIMIT_FSIZE): no file may grow"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._limited: list[int] = []

    def fill(self, pids: Iterable[int]) -> None:
        """Let no file of these processes grow beyond the smallest one with anything in it."""
        sizes = [file.stat().st_size for file in self.folder.iterdir() if file.is_file()]
        self._limited = list(pids)
        self._limit(self._limited, min((size for size in sizes if size), default=0))

    def free(self, pids: Iterable[int]) -> None:
        self._limit(pids, resource.RLIM_INFINITY)

    def is_full(self) -> bool:
        """Whether the processes that were to have no room have none."""
        limits = []
        for pid in self._limited:
            with suppress(ProcessLookupError):
                limits.append(resource.prlimit(pid, resource.RLIMIT_FSIZE)[0])
        return bool(limits) and resource.RLIM_INFINITY not in limits

    def _limit(self, pids: Iterable[int], size: int) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size if hard == -1 else min(size, hard), hard))


Disk = SmallDisk | Quota


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Lend a small disk mounted on a folder, or a quota where nothing may be mounted."""
    folder.mkdir()
    mounted = _mount(folder)
    try:
        yield SmallDisk(folder) if mounted else Quota(folder)
    finally:
        if mounted:
            subprocess.run(("umount", "--lazy", folder), check=True, capture_output=True)  # noqa: S603, S607


def _mount(folder: Path) -> bool:
    if shutil.which("mount") is None:
        return False
    words = ("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", folder)
    return subprocess.run(words, check=False, capture_output=True).returncode == 0  # noqa: S603
