"""Sweeping changed orders: from Amazon's own next start point on, pages bound to the question they belong to."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hub.adapters.fields import Fields, unreadable
from hub.clock import Clock

HORIZON = timedelta(days=2)
"""How far back the first sweep reaches; older orders were handled before the hub came."""
PAGE = "100"


@dataclass(frozen=True, slots=True)
class Sweep:
    """Where a sweep stands. ``after`` is its start in Amazon's own words; ``token`` names the next page.

    A page must be asked for with the parameters of the first one, so those are kept; ``reached`` is the start of the
    sweep after this one, as the first page told it.
    """

    after: str
    marketplaces: tuple[str, ...] = ()
    token: str | None = None
    reached: str | None = None

    @classmethod
    def resume(cls, cursor: str | None, marketplaces: tuple[str, ...], clock: Clock) -> Sweep:
        """Return the sweep that a cursor describes, or the first one."""
        if cursor is None:
            return cls(_stamp(clock.now() - HORIZON), marketplaces)
        kept = json.loads(cursor)
        if "token" not in kept:
            return cls(kept["after"], marketplaces)
        return cls(kept["after"], tuple(kept["marketplaces"]), kept["token"], kept["reached"])

    def query(self) -> dict[str, str]:
        """Return the parameters of this page, of all marketplaces together."""
        asked = {"lastUpdatedAfter": self.after, "maxResultsPerPage": PAGE}
        asked |= {"marketplaceIds": ",".join(self.marketplaces)} if self.marketplaces else {}
        return asked | ({"paginationToken": self.token} if self.token else {})

    def after_page(self, answer: Fields) -> tuple[Sweep, bool]:
        """Return where to read on after a page, and whether at once."""
        reached = self.reached or answer.maybe_text("lastUpdatedBefore")
        pagination = answer.maybe_child("pagination")
        token = pagination.maybe_text("nextToken") if pagination else None
        if token:
            return replace(self, token=token, reached=reached), True
        if reached is None:
            raise unreadable("lastUpdatedBefore is missing")
        return Sweep(reached, self.marketplaces), False

    def anew(self) -> Sweep:
        """Return the beginning of this sweep, for a page token that Amazon no longer takes (it lives a day)."""
        return replace(self, token=None, reached=None)

    def cursor(self) -> str:
        """Return the place as text."""
        if self.token is None:
            return json.dumps({"after": self.after})
        kept = {"after": self.after, "marketplaces": self.marketplaces, "token": self.token, "reached": self.reached}
        return json.dumps(kept)


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
