"""How long commits take: where the disk is quick, waiting for another thread costs more than they do."""

from __future__ import annotations

from collections import deque

QUICK = 0.001
"""Seconds."""
REMEMBERED = 8


class Pace:
    """The last commits. The quickest of them tells of the disk, the others of whatever else was done meanwhile."""

    def __init__(self) -> None:
        self._took: deque[float] = deque(maxlen=REMEMBERED)

    def note(self, seconds: float) -> None:
        """Remember how long a commit took."""
        self._took.append(seconds)

    @property
    def is_quick(self) -> bool:
        """Whether another commit will hardly be noticed; unknown is slow."""
        return bool(self._took) and min(self._took) < QUICK
