"""What was sent to a channel and what came of it, for the activity log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.actors.channel.publications import Plan
from hub.actors.channel.scene import Scene
from hub.actors.measures import record_delays
from hub.adapters.port import Accepted, Pending, StockResult
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


def tell_drift(scene: Scene, work: Work, one: Sent, found: int) -> None:
    """Tell that somebody else moved a number."""
    listing = one.plan.listing
    scene.tell(
        work,
        "stock.drift",
        f"{listing.sku or listing.external_id} shows {found}, not {listing.believed} as the hub believed",
        level="warning",
        subject_type="listing",
        subject_id=listing.listing_id,
        found=found,
        believed=listing.believed,
        wanted=one.plan.quantity,
    )


def tell_published(scene: Scene, work: Work, one: Sent) -> None:
    """Tell what a listing shows now, and how long that took."""
    delays: dict[str, Any] = one.plan.delays(one.at)
    record_delays("stock", scene.stored.platform.value, delays)
    scene.tell(
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


def tell_refused(scene: Scene, work: Work, listing: StoredListing, code: str, reason: str) -> None:
    """Tell why a channel refuses a listing's stock."""
    scene.tell(
        work,
        "stock.refused",
        f"The channel refuses the stock of {listing.sku or listing.external_id}: {reason}",
        level="error",
        subject_type="listing",
        subject_id=listing.listing_id,
        code=code,
    )
