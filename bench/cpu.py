"""The CPU of processes together with all that they started, as Linux counts it (in hundredths of a second)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

PROCESSES = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def seconds(pids: Iterable[int]) -> float:
    """Return the seconds that these processes and their descendants have used, those that have ended included."""
    counted = _counted()
    return sum(counted[pid][1] for pid in descent(pids, counted)) / TICKS


def descent(pids: Iterable[int], counted: dict[int, tuple[int, int]] | None = None) -> list[int]:
    """Return these processes and all that they and theirs started, parents first; without those that are gone."""
    counted = _counted() if counted is None else counted
    found = [pid for pid in pids if pid in counted]
    for parent in found:
        found += [pid for pid, (started_by, _) in counted.items() if started_by == parent]
    return found


def _counted() -> dict[int, tuple[int, int]]:
    """Return parent and ticks, with those of the children that it has waited for, of every process there is."""
    told = {}
    for entry in PROCESSES.iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            told[int(entry.name)] = (int(words[1]), sum(map(int, words[11:15])))
    return told
