"""Which orders of a channel are the hub's business: not the history of a shop that was connected today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.platform import Platform

HORIZON: Mapping[Platform, timedelta] = {Platform.BOL: timedelta(days=89)}
"""How far back a platform's first list of orders reaches: bol.com tells all that is open, the others two days."""
USUAL_HORIZON = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class ImportPolicy:
    """``import_from`` is when the hub's business began (UTC): of orders placed before it only known ones are followed.

    None takes the moment the channel was connected, less the platform's horizon. ``forward_authorized`` lets orders
    go whose payment is reserved and captured later.
    """

    import_from: datetime | None = None
    forward_authorized: bool = False

    def begins(self, platform: Platform, connected_at: datetime) -> datetime:
        """Return the moment from which on orders count (UTC)."""
        return self.import_from or connected_at - HORIZON.get(platform, USUAL_HORIZON)
