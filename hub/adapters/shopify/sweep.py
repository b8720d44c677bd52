"""Sweeping a shop's orders by the moment they changed.

The question is put to a search index that learns of changes a little later, so each sweep starts some minutes before
the newest change seen. Within a sweep Shopify's own cursor leads from page to page; where that would go beyond the
25,000 rows that one question may give, a new question starts at the newest row.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hub.adapters.port import OrderRef

PAGE = 100
MOST_ROWS = 24_000
OVERLAP = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where a sweep stands: its question's start, the newest change seen (both UTC), and the page within."""

    since: datetime
    newest: datetime
    after: str | None = None
    rows: int = 0

    @classmethod
    def start(cls, at: datetime) -> Sweep:
        return cls(at, at)

    @classmethod
    def resume(cls, cursor: str) -> Sweep:
        told = json.loads(cursor)
        since, newest = (datetime.fromisoformat(told[name]) for name in ("since", "newest"))
        return cls(since, newest, told.get("after"), told.get("rows", 0))

    def cursor(self) -> str:
        told = {"since": self.since.isoformat(), "newest": self.newest.isoformat()}
        return json.dumps(told | ({"after": self.after, "rows": self.rows} if self.after else {}))

    def query(self) -> str:
        """Return the search; without the quotes a time would end at its first colon."""
        return f"updated_at:>='{self.since.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}'"

    def following(self, refs: Sequence[OrderRef], after: str | None) -> Sweep:
        """Return where to go on after a page; ``after`` is Shopify's cursor, None at the end."""
        newest = max((ref.changed_at for ref in refs), default=self.newest)
        newest = max(newest, self.newest)
        if after is None:
            return Sweep(newest - OVERLAP, newest)
        rows = self.rows + len(refs)
        if rows >= MOST_ROWS and newest > self.since:
            return Sweep(newest, newest)
        return replace(self, newest=newest, after=after, rows=rows)

    def again(self) -> Sweep:
        """Return the sweep without its page, for a cursor that Shopify no longer takes."""
        return Sweep(min(self.since, self.newest), self.newest)
