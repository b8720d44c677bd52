"""Sweeping bol.com's order list without a gap, though its pages shift while they are read.

The list is sorted newest first, in pages of 50 without a total. Reading forwards, new orders only push known
ones down and show them twice; but an order that leaves the selection pulls an unseen one up over a page edge.
So several pages are read once more, backwards, where only the opposite happens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from hub.adapters.bol.mapping import AMSTERDAM

PAGE = 50
WIDEST = 60
"""Most minutes that ``change-interval-minute`` reaches back."""
OVERLAP = 15
"""Minutes that a sweep reaches back before the last one began. bol.com asks for at least one; the rest is for a clock
of ours that was off then and was set since, as bol.com counts from its own.
"""
HISTORY = timedelta(days=89)
"""How far back ``latest-change-date`` is served: about three months."""
BY_MINUTES, BY_DAY, OPEN_AND_RECENT = "minutes", "day", "recent"


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where a sweep stands. ``since`` is how far the last one got, ``began`` when this one did; both UTC."""

    since: datetime | None
    began: datetime | None = None
    mode: str = ""
    page: int = 1
    backwards: bool = False

    @classmethod
    def resume(cls, cursor: str | None, now: datetime) -> Sweep:
        """Return the sweep that a cursor describes; pages count only as long as the selection is the same."""
        parts = (cursor or "").split()
        since = datetime.fromisoformat(parts[0]) if parts and parts[0] != "-" else None
        mode = _mode(since, now)
        if len(parts) == 5 and parts[2] == mode:
            return cls(since, datetime.fromisoformat(parts[1]), mode, int(parts[3]), parts[4] == "backwards")
        return cls(since, now, mode)

    def cursor(self) -> str:
        """Return the place as text, for a sweep that is not done."""
        since = self.since.isoformat() if self.since else "-"
        began = self.began.isoformat() if self.began else "-"
        return f"{since} {began} {self.mode} {self.page} {'backwards' if self.backwards else 'forwards'}"

    def query(self, now: datetime) -> dict[str, str]:
        """Return the parameters of this page; handled orders and bol.com's own are always wanted too."""
        base = {"status": "ALL", "fulfilment-method": "ALL", "page": str(self.page)}
        if self.mode == BY_MINUTES and self.since is not None:
            return base | {"change-interval-minute": str(_minutes(self.since, now))}
        if self.mode == BY_DAY and self.since is not None:
            return base | {"latest-change-date": self._day(now).strftime("%Y-%m-%d")}
        return base

    def next_page(self, rows: int) -> Sweep | None:
        """Return where to read on after a page of so many orders, None when this selection has been read."""
        if self.backwards:
            return replace(self, page=self.page - 1) if self.page > 1 else None
        if rows >= PAGE:
            return replace(self, page=self.page + 1)
        return replace(self, page=self.page - 1, backwards=True) if self.page > 1 else None

    def reached(self, now: datetime) -> tuple[str, bool]:
        """Return the cursor after this selection, and whether older days still wait."""
        began = self.began or now
        if self.mode != BY_DAY:
            return began.isoformat(), False
        following = datetime.combine(self._day(now) + timedelta(days=1), time.min, AMSTERDAM).astimezone(UTC)
        reached = following + timedelta(minutes=OVERLAP)
        return (reached.isoformat(), True) if following <= began else (began.isoformat(), False)

    def _day(self, now: datetime) -> datetime:
        start = (self.since or now) - timedelta(minutes=OVERLAP)
        return max(start, now - HISTORY).astimezone(AMSTERDAM)


def _minutes(since: datetime, now: datetime) -> int:
    return max(0, -int((since - now) // timedelta(minutes=1))) + OVERLAP


def _mode(since: datetime | None, now: datetime) -> str:
    if since is None:
        return OPEN_AND_RECENT
    return BY_MINUTES if _minutes(since, now) <= WIDEST else BY_DAY
