"""What lies behind the listings of a channel: their products, and what of each may be sold there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.domain.channel import ChannelSettings
from hub.domain.kit import Part
from hub.domain.product import ItemLife
from hub.domain.stock import Publication, Reading, StockRule, Supply, publishable_offer
from hub.store.channels import StoredChannel
from hub.store.item_life import lives_of, product_facts
from hub.store.listings import StoredListing
from hub.store.parts import parts_of_listings
from hub.store.stock import open_claims, readings_of

NO_FACTS = ("", Decimal(0))


@dataclass(frozen=True, slots=True)
class Shelves:
    """Everything that the numbers of some listings follow from, as of one moment."""

    settings: ChannelSettings
    parts: Mapping[str, tuple[Part, ...]]
    readings: Mapping[str, list[Reading]]
    claims: Mapping[str, Decimal]
    lives: Mapping[str, list[ItemLife]]
    facts: Mapping[str, tuple[str, Decimal]]

    def publication(self, one: StoredListing, now: datetime) -> Publication:
        """Return what a listing should show (now in UTC)."""
        rule = one.rule or self.settings.rule
        parts = held_by(one, rule, self.parts)
        supplies = [self._supply(part, named=len(parts) > 1) for part in parts]
        return publishable_offer(rule, supplies, now)

    def _supply(self, part: Part, *, named: bool) -> Supply:
        product = part.product_id
        lives = self.lives.get(product, [])
        dead = {life.division for life in lives} - {life.division for life in lives if life.on_sale}
        used = [one for one in self.readings.get(product, []) if feeds(self.settings, one) and one.division not in dead]
        code, safety = self.facts.get(product, NO_FACTS)
        return Supply(
            units=part.units,
            readings=used,
            claims=self.claims.get(product, Decimal(0)),
            safety_stock=safety,
            stopped=stopped(self.settings, lives),
            unstocked=unstocked(self.settings, lives),
            name=code if named else "",
        )


def held_by(one: StoredListing, rule: StockRule, parts: Mapping[str, tuple[Part, ...]]) -> tuple[Part, ...]:
    """Return the products that an offer of a listing holds."""
    return parts.get(one.listing_id) or (Part(one.product_id or "", rule.units_per_offer),)


async def read_shelves(
    connection: AsyncConnection, channel: StoredChannel, listings: Collection[StoredListing]
) -> Shelves:
    """Read what lies behind some listings of a channel."""
    tenant = channel.tenant_id
    parts = await parts_of_listings(connection, tenant, [one.listing_id for one in listings])
    products = {one.product_id for one in listings if one.product_id is not None}
    products |= {part.product_id for held in parts.values() for part in held}
    return Shelves(
        channel.settings,
        parts,
        await readings_of(connection, tenant, products),
        await open_claims(connection, tenant, products),
        await lives_of(connection, tenant, products),
        await product_facts(connection, tenant, products),
    )


def feeds(settings: ChannelSettings, reading: Reading) -> bool:
    """Say whether a reading feeds the channel: by its chosen sources, else all of the order division."""
    if not settings.sources:
        return reading.division == settings.division
    return any(
        source.division == reading.division and source.warehouse_id in (None, reading.warehouse_id)
        for source in settings.sources
    )


def stopped(settings: ChannelSettings, lives: Sequence[ItemLife]) -> str | None:
    """Say why a product must not be sold: every item of it that feeds the channel, or that orders go to, has ended."""
    for divisions in (_feeding(settings), _booking(settings)):
        here = [life for life in lives if life.division in divisions]
        if here and not any(life.on_sale for life in here):
            words = "ended" if any(life.ended for life in here) else "blocked for sales"
            return f"the item is {words} in {_names(here)}"
    return None


def unstocked(settings: ChannelSettings, lives: Sequence[ItemLife]) -> str | None:
    """Say why FreeStock tells nothing of a product: none of its items that feed the channel is a stock item."""
    here = [life for life in lives if life.division in _feeding(settings)]
    if not here or any(life.stocked for life in here):
        return None
    return f"the item is no stock item in {_names(here)}"


def _feeding(settings: ChannelSettings) -> set[int | None]:
    return {source.division for source in settings.sources} or {settings.division}


def _booking(settings: ChannelSettings) -> set[int | None]:
    return {settings.division} if settings.forwarding else set()


def _names(lives: Sequence[ItemLife]) -> str:
    return " and ".join(f"division {one}" for one in sorted({life.division for life in lives}))
