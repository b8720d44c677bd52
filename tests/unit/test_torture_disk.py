"""A small disk can be filled and freed under a running program: as a file system of its own, or as a quota."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from torture.disk import Quota, small_disk

WRITER = """
import sys
file = open(sys.argv[1], 'ab', buffering=0)
for line in sys.stdin:
    try:
        print(file.write(b'x' * 65536) == 65536, flush=True)
    except OSError:
        print(False, flush=True)
"""


class Writer:
    """A program that keeps a file open and makes it longer when it is asked to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.pids = [process.pid]

    def write(self) -> bool:
        """Say whether there was room."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("more\n")
        self._process.stdin.flush()
        return self._process.stdout.readline() == "True\n"


@contextmanager
def writer(file: Path) -> Iterator[Writer]:
    command = (sys.executable, "-c", WRITER, str(file))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Writer(process)
        process.kill()


def test_a_full_small_disk_takes_nothing_more_until_it_is_freed(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, writer(disk.folder / "file") as program:
        assert program.write()
        assert not disk.is_full()
        disk.fill(program.pids)
        assert not program.write()
        assert disk.is_full()
        disk.free(program.pids)
        assert not disk.is_full()
        assert program.write()


def test_a_quota_lets_no_file_of_a_program_grow_until_it_is_lifted(tmp_path: Path) -> None:
    quota = Quota(tmp_path)
    with writer(tmp_path / "file") as program:
        assert program.write()
        assert not quota.is_full()
        quota.fill(program.pids)
        assert not program.write()
        assert quota.is_full()
        quota.free(program.pids)
        assert not quota.is_full()
        assert program.write()
