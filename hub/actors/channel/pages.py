"""A page of listings, kept: mapped, stored, compared; a part at a time, so that others get at the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.actors.channel.comparing import NEW_LISTING, Finding, compare
from hub.actors.channel.drifting import Drift
from hub.actors.channel.scene import Scene
from hub.actors.messages import PublishStock
from hub.actors.repairing import repair_orders
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.turn import Turn
from hub.adapters.port import ChannelListing, Page
from hub.domain.drift import DriftCause, sensible
from hub.domain.matching import Match, codes_to_look_up, match_listing
from hub.store.catalogue import read_codes
from hub.store.engine import Work
from hub.store.listings import OfferedProduct, save_listings

PART = 500
"""Listings that one write stores at most."""


@dataclass(slots=True)
class Kept:
    """What came of a page: listings read, new or newly mapped, without a product, showing what they should not.

    ``stale`` says that some numbers were older than what the channel had taken.
    """

    read: int = 0
    fresh: int = 0
    unmapped: int = 0
    differing: int = 0
    stale: bool = False


class Pages:
    """Keeps pages of one channel, each part in a write of its own: what was kept stays kept, and may be kept again."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def keep(self, turn: Turn, page: Page[ChannelListing], asked_at: datetime) -> Kept:
        """Keep a page that the channel was asked for at a moment (UTC)."""
        kept, as_of = Kept(), min(page.as_of or asked_at, asked_at)
        for start in range(0, len(page.rows), PART):
            await self._keep_part(turn, page.rows[start : start + PART], asked_at, as_of, kept)
        return kept

    async def _keep_part(
        self, turn: Turn, rows: Sequence[ChannelListing], asked_at: datetime, as_of: datetime, kept: Kept
    ) -> None:
        matches, findings = await self._read(rows, as_of)
        fresh = await turn.checkpoint(lambda work: self._save(work, turn, rows, matches, findings, asked_at))
        differing = [one for one in findings if one.cause is not None]
        kept.read += len(rows)
        kept.fresh += fresh
        kept.unmapped += len(rows) - len(matches)
        kept.differing += len(differing)
        kept.stale |= any(one.cause is DriftCause.STALE_READ for one in differing)

    async def _read(self, rows: Sequence[ChannelListing], as_of: datetime) -> tuple[dict[str, Match], list[Finding]]:
        settings = self.scene.stored.settings
        codes = {code for row in rows for code in codes_to_look_up(row.sku, settings.matching)}
        eans = {row.ean for row in rows if row.ean}
        async with self.scene.desk.database.read() as connection:
            catalogue = await read_codes(connection, self.scene.tenant, codes, eans)
            tried = {row.external_id: match_listing(row.sku, row.ean, settings.matching, catalogue) for row in rows}
            matches = {one: found.match for one, found in tried.items() if found.match is not None}
            if not settings.stock:
                return matches, []
            return matches, await compare(connection, self.scene, rows, matches, as_of)

    async def _save(
        self,
        work: Work,
        turn: Turn,
        rows: Sequence[ChannelListing],
        matches: dict[str, Match],
        findings: Sequence[Finding],
        asked_at: datetime,
    ) -> int:
        fresh = await save_listings(work, *self.scene.key, [_offered(row) for row in rows], matches, asked_at)
        for listing_id in fresh:
            post(work, turn.address, PublishStock(listing_id, NEW_LISTING))
        if fresh:
            await repair_orders(work, self.scene.stored)
        await Drift(self.scene).note(work, findings, asked_at)
        return len(fresh)


def _offered(one: ChannelListing) -> OfferedProduct:
    return OfferedProduct(
        external_id=one.external_id,
        sku=one.sku,
        ean=one.ean,
        title=one.title,
        refs=one.references,
        by_platform=one.stocked_by_platform,
        price=sensible(one.price),
    )
