"""A mass zero waits a moment: what would empty a shop at once may be a mistake in Exact, and is told to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class ZeroGuard:
    """When zeros are held for a person, and for how long at most.

    More than ``percent`` of the listings that show stock, and at least ``listings`` of them, dropping to zero by what
    Exact says, wait for ``minutes`` or a person's word; then they go out, for to sell what is gone costs more than to
    be away for a while. 100 percent never holds anything.
    """

    percent: int = 50
    listings: int = 5
    minutes: int = 10

    @property
    def wait(self) -> timedelta:
        """How long a suspicious zero waits at most."""
        return timedelta(minutes=self.minutes)

    def suspects(self, dropping: int, with_stock: int) -> bool:
        """Say whether so many listings dropping to zero, out of so many that show stock, look like a mistake."""
        return dropping >= self.listings and dropping * 100 > with_stock * self.percent
