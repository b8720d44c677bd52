"""How much of a machine a run had: what recovery times are to be read with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def told(pid: int | None) -> dict[str, Any]:
    """Return the cores, and which part of the time a process wanted one it had to wait; None where nobody counts it.

    A Linux kernel counts both in ``/proc/PID/schedstat``, in nanoseconds.
    """
    return {"cores": os.cpu_count(), "waited_for_a_core": None if pid is None else _waited(pid)}


def _waited(pid: int) -> float | None:
    try:
        ran, waited, _ = map(int, Path(f"/proc/{pid}/schedstat").read_text().split())
    except (OSError, ValueError):
        return None
    return round(waited / (ran + waited), 2) if ran else None
