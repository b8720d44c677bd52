"""Sweeping a shop's orders by the moment they changed, in the shop's own time, so that no clock of ours matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hub.adapters.port import OrderRef

PAGE = "500"
OVERLAP = timedelta(minutes=2)
"""How far each sweep reaches back: a change may become visible after a later one did."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where a sweep stands: from when it asks, the newest change seen, and the shop's cursor within; times UTC."""

    since: datetime
    newest: datetime
    page: str = ""

    @classmethod
    def begin(cls, since: datetime) -> Sweep:
        return cls(since, since)

    @classmethod
    def resume(cls, cursor: str) -> Sweep:
        since, newest, page = cursor.split(" ", 2)
        return cls(datetime.fromisoformat(since), datetime.fromisoformat(newest), page)

    def cursor(self) -> str:
        return f"{self.since.isoformat()} {self.newest.isoformat()} {self.page}"

    def query(self) -> dict[str, str]:
        """Return the parameters of the next question."""
        asked = {"changed_since": instant(self.since), "limit": PAGE}
        return asked | ({"cursor": self.page} if self.page else {})

    def anew(self) -> Sweep:
        """Return this sweep from its beginning, for a shop that no longer knows its own cursor."""
        return replace(self, page="")

    def after(self, refs: Sequence[OrderRef], page: str | None, now: datetime) -> Sweep:
        """Return where to go on: the next page, or the next sweep.

        An order dated in the future does not count, or it would hide those that come before it.
        """
        seen = max((ref.changed_at for ref in refs if ref.changed_at <= now), default=self.newest)
        newest = max(seen, self.newest)
        if page:
            return Sweep(self.since, newest, page)
        return Sweep.begin(max(self.since, newest - OVERLAP))


def instant(moment: datetime) -> str:
    """Return a moment as the contract writes it: UTC with Z, to the microsecond where there are some."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
