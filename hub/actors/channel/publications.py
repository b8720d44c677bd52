"""What a channel should show: one consistent look at rules, readings and claims for many listings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.messages import PublishStock
from hub.actors.runtime.message import Envelope
from hub.domain.channel import ChannelSettings
from hub.domain.stock import Publication, Reading, publishable
from hub.store.channels import StoredChannel
from hub.store.listings import StoredListing, listings_by_id
from hub.store.stock import open_claims, readings_of


@dataclass(frozen=True, slots=True)
class Plan:
    """One listing, what it should show, and why it was looked at."""

    listing: StoredListing
    publication: Publication
    envelope: Envelope

    @property
    def message(self) -> PublishStock:
        assert isinstance(self.envelope.body, PublishStock)
        return self.envelope.body

    @property
    def cause(self) -> str:
        return self.message.cause

    @property
    def quantity(self) -> int:
        """The quantity to send; only plans that differ have one."""
        return self.publication.quantity or 0

    @property
    def differs(self) -> bool:
        wanted = self.publication.quantity
        return wanted is not None and (self.message.force or wanted != self.listing.quantity)

    @property
    def busy(self) -> bool:
        """Whether the channel still works on the write before."""
        return self.listing.process_id is not None

    @property
    def urgency(self) -> tuple[int, int]:
        """Sort key: what goes to zero first, then what falls, then the rest; low numbers before high ones."""
        falls = self.listing.quantity is None or self.quantity < self.listing.quantity
        return (0 if self.quantity == 0 else 1 if falls else 2, self.quantity)

    def delays(self, done_at: datetime) -> dict[str, Any]:
        """Return milliseconds: ``hub_delay_ms`` from hearing of the change to ``done_at``, ``erp_delay_ms`` before."""
        heard = self.message.accepted_at
        if heard is None:
            return {}
        since = min(heard, self.envelope.posted_at)
        found = {"hub_delay_ms": _milliseconds(since, done_at)}
        if self.message.event_at is not None:
            found["erp_delay_ms"] = _milliseconds(self.message.event_at, heard)
        return found


def _milliseconds(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))


async def plan_publications(
    connection: AsyncConnection, channel: StoredChannel, asked: Mapping[str, Envelope]
) -> list[Plan]:
    """Return a plan for every listing that is mapped and sold from own stock; one snapshot serves them all."""
    listings = await listings_by_id(connection, channel.tenant_id, asked)
    products = {one.product_id for one in listings if one.product_id is not None}
    readings = await readings_of(connection, channel.tenant_id, products)
    claims = await open_claims(connection, channel.tenant_id, products)
    return [
        Plan(one, _publication(one, channel.settings, readings, claims), asked[one.listing_id])
        for one in listings
        if one.product_id is not None and not one.by_platform
    ]


def _publication(
    one: StoredListing,
    settings: ChannelSettings,
    readings: Mapping[str, list[Reading]],
    claims: Mapping[str, Decimal],
) -> Publication:
    product = one.product_id or ""
    used = [reading for reading in readings.get(product, []) if feeds(settings, reading)]
    return publishable(one.rule or settings.rule, used, claims.get(product, Decimal(0)))


def feeds(settings: ChannelSettings, reading: Reading) -> bool:
    """Say whether a reading feeds the channel: by its chosen sources, else all of the order division."""
    if not settings.sources:
        return reading.division == settings.division
    return any(
        source.division == reading.division and source.warehouse_id in (None, reading.warehouse_id)
        for source in settings.sources
    )
