"""On what the figures were measured; a figure without it means nothing."""

from __future__ import annotations

import os
import platform
import sqlite3
import time
from pathlib import Path
from statistics import median
from typing import Any

TRIES = 50


def describe(folder: Path) -> dict[str, Any]:
    """Return processor, load, versions, and what one fsync costs where the databases lie (microseconds)."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "fsync_us": round(fsync_seconds(folder) * 1e6),
    }


def fsync_seconds(folder: Path) -> float:
    """Return the median time of writing a page and forcing it to disk."""
    taken = []
    with (folder / "fsync").open("wb", buffering=0) as file:
        for _ in range(TRIES):
            file.write(b"x" * 4096)
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append(time.perf_counter() - began)
    return median(taken)


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
