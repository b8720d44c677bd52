"""What the log says of published stock: accepted, seen through, refused, or found to be another number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.actors.channel.publications import Plan
from hub.actors.channel.scene import Scene
from hub.actors.measures import record_delays
from hub.adapters.port import Accepted, Pending, StockResult
from hub.domain.drift import Sight
from hub.store.engine import Work
from hub.store.listings import StoredListing
from hub.store.publishing import Written


@dataclass(frozen=True, slots=True)
class Sent:
    """One write and its answer."""

    plan: Plan
    result: StockResult
    at: datetime

    @property
    def written(self) -> Written | None:
        """What the channel took, for good or to work on; None where it took nothing."""
        process_id = self.result.process_id if isinstance(self.result, Pending) else None
        taken = isinstance(self.result, Accepted | Pending)
        return Written(self.plan.listing, self.plan.publication, self.at, process_id) if taken else None

    @property
    def came_late(self) -> bool:
        """Whether only a sweep told of the change, so that the channel showed an old number until now.

        While an order of ours is claimed, what a sweep finds may be that order.
        """
        taken, believed = isinstance(self.result, Accepted), self.plan.listing.believed
        late = (
            self.plan.message.unannounced
            and not self.plan.publication.claimed
            and believed not in (None, self.plan.quantity)
        )
        return taken and late and not self.plan.listing.drifts

    def sight(self, found: int | None = None) -> Sight:
        """Return the three numbers, with what the write ``found`` where it met something else than was believed."""
        believed = self.plan.listing.believed
        return Sight(self.plan.quantity, believed, believed if found is None else found)


@dataclass(frozen=True, slots=True)
class StockNews:
    """Tells of one channel's numbers, each with the effects of the work that it is told in."""

    scene: Scene

    def tell_published(self, work: Work, one: Sent) -> None:
        """Tell of a write that the channel accepted at once, with the hub's and the ERP's delay."""
        delays: dict[str, Any] = one.plan.delays(one.at)
        record_delays("stock", self.scene.stored.platform.value, delays)
        self.scene.tell(
            work,
            "stock.published",
            f"{one.plan.listing.sku or one.plan.listing.external_id} is now {one.plan.quantity}",
            subject_type="listing",
            subject_id=one.plan.listing.listing_id,
            quantity=one.plan.quantity,
            before=one.plan.listing.quantity,
            cause=one.plan.cause,
            **delays,
        )

    def tell_seen_through(self, work: Work, listing: StoredListing) -> None:
        """Tell of a write that the channel took its time for; since when it was wanted is not known any more."""
        self.scene.tell(
            work,
            "stock.published",
            f"{listing.sku or listing.external_id} is now {listing.sent}",
            subject_type="listing",
            subject_id=listing.listing_id,
            quantity=listing.sent,
        )

    def tell_refused(self, work: Work, listing: StoredListing, code: str, reason: str) -> None:
        """Tell that a channel does not take a number, in its words."""
        self.scene.tell(
            work,
            "stock.refused",
            f"The channel refuses the stock of {listing.sku or listing.external_id}: {reason}",
            level="error",
            subject_type="listing",
            subject_id=listing.listing_id,
            code=code,
        )
