"""Listings that a whole round did not meet: gone from the channel, unless so many are that the read was partial."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.channel.comparing import Finding
from hub.actors.channel.drifting import Drift
from hub.actors.channel.pages import PART
from hub.actors.channel.scene import Scene
from hub.actors.channel.shelves import read_shelves
from hub.actors.runtime.turn import Turn
from hub.domain.drift import Sight, cause_of, is_partial
from hub.store.drift import differences_of, unseen_listings
from hub.store.engine import Work
from hub.store.listings import StoredListing, listings_by_id


class Vanishing:
    """Notes what is gone, a part at a time."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def note(self, turn: Turn, since: datetime | None, began: datetime) -> int:
        """Note listings that were not seen since (UTC, None: cannot be said) as gone; return how many are."""
        if since is None or not self.scene.stored.settings.stock:
            return 0
        async with self.scene.desk.database.read() as connection:
            missing, count = await unseen_listings(connection, *self.scene.key, since)
        if is_partial(len(missing), count):
            turn.write(lambda work: self._tell_partial(work, len(missing), count))
            return 0
        for start in range(0, len(missing), PART):
            async with self.scene.desk.database.read() as connection:
                findings = await self._findings(connection, missing[start : start + PART], began)
            await turn.checkpoint(partial(Drift(self.scene).note, findings=findings, at=began))
        return len(missing)

    async def _findings(self, connection: AsyncConnection, ids: Sequence[str], began: datetime) -> list[Finding]:
        listings = await listings_by_id(connection, self.scene.tenant, ids)
        shelves = await read_shelves(connection, self.scene.stored, listings)
        known = await differences_of(connection, self.scene.tenant, ids)
        found = []
        for one in listings:
            says = shelves.publication(one, began).quantity
            sight = Sight(says, one.believed, None, hands_off=says is None, listed=False)
            found.append(Finding(one, sight, cause_of(sight), _last_seen(one, began), known.get(one.listing_id)))
        return found

    async def _tell_partial(self, work: Work, missing: int, count: int) -> None:
        self.scene.tell(
            work,
            "listings.partial",
            f"{missing} of {count} listings were not among those read; the channel may have told a part only",
            level="warning",
            missing=missing,
            listings=count,
        )


def _last_seen(one: StoredListing, began: datetime) -> datetime:
    return min(one.listed_at or one.quantity_at or began, began)
