"""Sweeping a shop's orders by the moment they were changed, without losing one within a second.

``modified_after`` is strictly greater and knows whole seconds only, so every question starts a few seconds
before what was seen last. Each page asks anew from the newest order of the page before: rows that move while
reading then cannot slip over a page edge. Only where all of a page lies within those seconds does the sweep
count on inside the same question, with some rows of overlap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.adapters.port import OrderRef

PAGE = 100
STEP_BACK = timedelta(seconds=5)
ROWS_BACK = 10


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where a sweep stands: the newest change seen (the shop's own time, UTC) and rows to skip after it."""

    newest: datetime
    offset: int = 0

    @classmethod
    def resume(cls, cursor: str) -> Sweep:
        newest, _, offset = cursor.partition(" ")
        return cls(datetime.fromisoformat(newest), int(offset or 0))

    def cursor(self) -> str:
        return f"{self.newest.isoformat()} {self.offset}" if self.offset else self.newest.isoformat()

    def query(self) -> dict[str, str]:
        """Return the parameters of the next question."""
        since = (self.newest - STEP_BACK).strftime("%Y-%m-%dT%H:%M:%S")
        asked = {"modified_after": since, "dates_are_gmt": "true", "orderby": "modified", "order": "asc"}
        asked |= {"per_page": str(PAGE), "_fields": "id,status,date_modified_gmt,date_created_gmt"}
        return asked | ({"offset": str(self.offset)} if self.offset else {})

    @staticmethod
    def full(refs: Sequence[OrderRef]) -> bool:
        """Say whether more may follow a page."""
        return len(refs) >= PAGE

    def after(self, refs: Sequence[OrderRef]) -> Sweep:
        """Return where to go on after these rows; the same place, without an offset, when they were the last."""
        newest = max((ref.changed_at for ref in refs), default=self.newest)
        if not self.full(refs):
            return Sweep(max(newest, self.newest))
        if newest > self.newest:
            return Sweep(newest)
        return Sweep(self.newest, self.offset + PAGE - ROWS_BACK)
