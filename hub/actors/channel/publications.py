"""What a channel should show: one consistent look at rules, readings and claims for many listings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.actors.channel.shelves import read_shelves
from hub.actors.messages import PublishStock
from hub.actors.runtime.message import Envelope
from hub.domain.stock import STOPPED, Publication
from hub.store.channels import StoredChannel
from hub.store.listings import StoredListing, listings_by_id


@dataclass(frozen=True, slots=True)
class Plan:
    """One listing, what it should show, why it was looked at, and when (UTC)."""

    listing: StoredListing
    publication: Publication
    envelope: Envelope
    planned_at: datetime

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
    def explains_anew(self) -> bool:
        """Whether the number stays and the reason why it must not be sold does not."""
        stopped = tuple((term.name, term.value) for term in self.publication.terms if term.name.endswith(STOPPED))
        return not self.differs and self.publication.quantity is not None and self.listing.stopped != stopped

    @property
    def empties(self) -> bool:
        """Whether a listing that shows stock, as far as is known, would show none by what Exact alone says."""
        return self.publication.doubtful and self.differs and not self.message.force and self.listing.showed != 0

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
    connection: AsyncConnection, channel: StoredChannel, asked: Mapping[str, Envelope], now: datetime
) -> list[Plan]:
    """Return a plan for every listing that is mapped and sold from own stock; one snapshot serves them all."""
    listings = [one for one in await listings_by_id(connection, channel.tenant_id, asked) if one.sells]
    shelves = await read_shelves(connection, channel, listings)
    return [Plan(one, shelves.publication(one, now), asked[one.listing_id], now) for one in listings]
