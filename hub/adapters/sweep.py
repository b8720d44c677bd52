"""Sweeping orders by the moment they were changed, oldest first, without losing one within a second.

Platforms tell that moment by the second, or note it before the change can be seen, so every question starts a few
seconds before what was seen last. Each page asks anew from the newest order of the page before: rows that move while
reading then cannot slip over a page edge. Only where all of a page lies within those seconds does the sweep
count on inside the same question, with some rows of overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.adapters.port import OrderRef

STEP_BACK = timedelta(seconds=5)
ROWS_BACK = 10


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where a sweep stands: the newest change seen (the platform's own time, UTC) and rows to skip after it."""

    newest: datetime
    offset: int = 0

    @classmethod
    def resume(cls, cursor: str) -> Sweep:
        newest, _, offset = cursor.partition(" ")
        return cls(datetime.fromisoformat(newest), int(offset or 0))

    def cursor(self) -> str:
        return f"{self.newest.isoformat()} {self.offset}" if self.offset else self.newest.isoformat()

    @property
    def since(self) -> datetime:
        """The moment after which the next question asks for changes (UTC)."""
        return self.newest - STEP_BACK

    def after(self, refs: Sequence[OrderRef], *, more: bool) -> Sweep:
        """Return where to go on after these rows; the same place, without an offset, when they were the last."""
        newest = max((ref.changed_at for ref in refs), default=self.newest)
        if not more:
            return Sweep(max(newest, self.newest))
        if newest > self.newest:
            return Sweep(newest)
        return Sweep(self.newest, self.offset + max(len(refs) - ROWS_BACK, 1))
