"""Sales that nobody told of: until the order came in, the channel showed fewer offers than the hub believed."""

from __future__ import annotations

from datetime import datetime

from hub.actors.channel.drifting import Drift
from hub.actors.channel.scene import Scene
from hub.domain.drift import Sight
from hub.store.drift import lowered_by
from hub.store.engine import Work
from hub.store.listings import listings_by_id


async def note_late_sale(work: Work, scene: Scene, order_id: str, placed_at: datetime) -> None:
    """Note what an order lowered as differences that ended now, by its import; ``placed_at`` is when they began (UTC).

    A number that was seen after the sale holds it already, and the look that saw it tells of it. Repeatable: a
    difference that is open stays what it is.
    """
    offers = await lowered_by(work.connection, *scene.key, order_id, placed_at)
    drift, now = Drift(scene), work.clock.now()
    for listing in await listings_by_id(work.connection, scene.tenant, offers):
        left, sold = listing.believed, offers[listing.listing_id]
        if left is not None and left >= 0:
            sight = Sight(left + sold, left + sold, left, sold=sold, searched=True)
            await drift.notice(work, listing, sight, placed_at, found_at=now, healed_at=now)
