"""A page of what a channel shows beside what Exact says and what the hub believes, as of one moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.channel.scene import Scene
from hub.actors.channel.shelves import Shelves, read_shelves
from hub.actors.desk import channel_address
from hub.actors.messages import PublishStock
from hub.actors.runtime.mailbox import Waiting, waits
from hub.actors.runtime.message import fold_of, kind_of
from hub.adapters.port import ChannelListing
from hub.domain.drift import DriftCause, Sight, cause_of
from hub.domain.matching import MappedBy, Match
from hub.domain.platform import PROFILES
from hub.domain.stock import Publication
from hub.store.drift import StoredDifference, differences_of
from hub.store.listings import StoredListing, listings_named

NEW_LISTING = "new listing"
"""Why a listing is published for the first time; until it is, it shows what it showed before the hub came."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One listing, compared; ``before`` is the last difference that it had, ``since`` is when this one began (UTC)."""

    listing: StoredListing
    sight: Sight
    cause: DriftCause | None
    since: datetime
    before: StoredDifference | None

    @property
    def was_open(self) -> bool:
        """Whether that last difference is not over."""
        return self.before is not None and self.before.healed_at is None


@dataclass(frozen=True, slots=True)
class Look:
    """What a page is compared with; ``as_of`` is from when on what happened may not show in it (UTC)."""

    as_of: datetime
    fresh_from: datetime
    now: datetime
    shelves: Shelves
    waiting: Mapping[str, Waiting]
    known: Mapping[str, StoredDifference]

    def finding(self, one: StoredListing, row: ChannelListing, *, elsewhere: bool) -> Finding | None:
        """Return what comes of one listing; None where the answer may be older than what the hub did meanwhile."""
        publication = self._publication(one)
        waiting = self.waiting.get(_fold(one))
        before = self.known.get(one.listing_id)
        sight = Sight(
            says=publication.quantity,
            believed=_buyable(one.believed),
            shown=_buyable(row.quantity),
            hands_off=one.sells and publication.quantity is None,
            mapped=one.sells,
            elsewhere=elsewhere,
            refused=one.status == "refused",
            busy=one.process_id is not None or one.zero_due is not None or waiting is not None,
            announced=waiting is None or publication.claimed or not waiting.body.unannounced,
            fresh=one.quantity_at is not None and one.quantity_at >= self.fresh_from,
            searched=_was_searched(before, one, row),
        )
        cause = cause_of(sight)
        if cause is not None and self._moved_meanwhile(one, waiting):
            return None
        return Finding(one, sight, cause, self._since(one, waiting, cause), before)

    def _publication(self, one: StoredListing) -> Publication:
        return self.shelves.publication(one, self.now) if one.sells else Publication(None, ())

    def _moved_meanwhile(self, one: StoredListing, waiting: Waiting | None) -> bool:
        if one.quantity_at is not None and one.quantity_at >= self.as_of:
            return True
        return waiting is not None and (waiting.posted_at >= self.as_of or waiting.body.cause == NEW_LISTING)

    def _since(self, one: StoredListing, waiting: Waiting | None, cause: DriftCause | None) -> datetime:
        """The change that waits is as old as its message; else it came after the number was last known to be right."""
        if waiting is not None and cause in (DriftCause.WRITE_UNDER_WAY, DriftCause.LATE_NEWS):
            return waiting.posted_at
        right = [each for each in (one.quantity_at, one.listed_at) if each is not None]
        return min(max(right, default=self.as_of), self.as_of)


def _was_searched(before: StoredDifference | None, one: StoredListing, row: ChannelListing) -> bool:
    """Orders that were looked for once need not be again while the numbers stand as they stood then."""
    if before is None or before.healed_at is not None or not before.settled:
        return False
    return (before.believed, before.shown) == (_buyable(one.believed), _buyable(row.quantity))


def _buyable(quantity: int | None) -> int | None:
    """Below zero, where a shop sold more than it had, nothing can be bought either."""
    return None if quantity is None else max(quantity, 0)


async def compare(
    connection: AsyncConnection,
    scene: Scene,
    rows: Sequence[ChannelListing],
    matches: Mapping[str, Match],
    as_of: datetime,
) -> list[Finding]:
    """Compare listings that are stored already and that the hub publishes; one snapshot serves them all."""
    shown = {row.external_id: row for row in rows if not row.stocked_by_platform}
    stored = [one for one in await listings_named(connection, *scene.key, list(shown)) if _concerns(one)]
    moved = {one.listing_id for one in stored if _stands_elsewhere(one, shown[one.external_id], matches)}
    meant = [_as_told(one, matches) if one.listing_id in moved else one for one in stored]
    address = channel_address(*scene.key)
    look = Look(
        as_of,
        as_of - timedelta(seconds=scene.desk.pace.read_lag * PROFILES[scene.stored.platform].lag_factor),
        scene.desk.clock.now(),
        await read_shelves(connection, scene.stored, [one for one in meant if one.sells]),
        await waits(connection, address, [PublishStock(one.listing_id, "") for one in meant]),
        await differences_of(connection, scene.tenant, [one.listing_id for one in meant]),
    )
    found = [look.finding(one, shown[one.external_id], elsewhere=one.listing_id in moved) for one in meant]
    return [one for one in found if one is not None]


def _concerns(one: StoredListing) -> bool:
    """Leave alone what the platform stocks, and what nobody ever mapped: that is for those who repair listings."""
    return not one.by_platform and (one.sells or one.sent is not None)


def _stands_elsewhere(one: StoredListing, row: ChannelListing, matches: Mapping[str, Match]) -> bool:
    """Say whether the channel renamed an offer to what stands for another product, or for none."""
    renamed = (row.sku, row.ean) != (one.sku, one.ean) and one.mapped_by != MappedBy.HAND.value
    match = matches.get(one.external_id)
    return renamed and (None if match is None else match.product_id) != one.product_id


def _as_told(one: StoredListing, matches: Mapping[str, Match]) -> StoredListing:
    match = matches.get(one.external_id)
    if match is None:
        return replace(one, product_id=None, status="unmapped")
    return replace(one, product_id=match.product_id, status="mapped")


def _fold(one: StoredListing) -> str:
    message = PublishStock(one.listing_id, "")
    return fold_of(kind_of(message), message) or ""
