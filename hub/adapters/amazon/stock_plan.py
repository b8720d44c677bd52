"""Which changed quantities go by PATCH and which by feed: whatever is done first, but never a zero by feed.

A PATCH takes a fifth of a second and effect within seconds, mostly. A feed takes minutes to hours, whatever its size.
So a feed pays where patching would take longer than the shortest feed: with Amazon's defaults above 1,500 SKUs,
which is also what Amazon advises.
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.adapters.port import StockUpdate

FEED_LATENCY = 300.0
"""Seconds that a feed takes at best."""
LOW_COVER = 5
"""Offers up to which a quantity can be sold out before a feed is done."""
FEWEST_MESSAGES = 100
MOST_MESSAGES = 25_000


def by_feed(updates: Sequence[StockUpdate], period: float, room: int) -> list[int]:
    """Return the places of updates that a feed should carry, none where patching is quicker.

    ``period`` is the seconds that one more PATCH takes, ``room`` how many may be sent at once.
    """
    if (len(updates) - room) * period <= FEED_LATENCY:
        return []
    patient = [place for place, update in enumerate(updates) if update.quantity > LOW_COVER]
    return patient[:MOST_MESSAGES] if len(patient) >= FEWEST_MESSAGES else []
