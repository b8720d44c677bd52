"""Seeing asynchronous writes through: twenty SKUs a call, one look per feed, each at a pace of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.adapters.amazon.listings import Listings
from hub.adapters.amazon.patches import Patch
from hub.adapters.amazon.stock import FIRST_LOOK
from hub.adapters.fields import Fields
from hub.adapters.port import Deferred, Pending, WriteResult
from hub.clock import Clock
from hub.outcome import Throttled, Unavailable

LONGEST_PAUSE = 15.0
GIVE_UP = timedelta(seconds=300)
"""How long a patch may take to show; then the newest quantity is published again."""
LATE = timedelta(seconds=10)
"""How long a newer quantity waits for a patch to show: sales and cancellations may move its number for good, and what
stands meanwhile may be too high. Patches of one SKU are taken to apply in the order in which Amazon accepted them.
"""
PUBLISH_AGAIN = 1.0
AWAY = 5.0
"""Seconds until the next look where Amazon cannot be asked."""


class PatchFollower:
    """Looks whether accepted patches show in the listings; the older one is, the longer the pause to the next look."""

    def __init__(self, listings: Listings, clock: Clock) -> None:
        self._listings = listings
        self._clock = clock
        self._next_look: dict[str, datetime] = {}

    async def follow(self, patches: Sequence[Patch]) -> dict[str, WriteResult]:
        """Tell how patches stand; those not due for a look, or beyond the usage plan, are pending."""
        now = self._clock.now()
        self._forget({each.process_id for each in patches})
        due = [each for each in patches if self._due_at(each) <= now]
        found: dict[str, WriteResult] = {}
        for marketplace in sorted({each.marketplace for each in due}):
            found |= await self._look(marketplace, [each for each in due if each.marketplace == marketplace])
        return {each.process_id: found.get(each.process_id) or self._pending(each) for each in patches}

    def _forget(self, wanted: set[str]) -> None:
        self._next_look = {name: at for name, at in self._next_look.items() if name in wanted}

    def _due_at(self, patch: Patch) -> datetime:
        return self._next_look.get(patch.process_id, patch.sent_at + timedelta(seconds=FIRST_LOOK))

    def _pending(self, patch: Patch) -> Pending:
        now = self._clock.now()
        wait = (self._due_at(patch) - now).total_seconds()
        return Pending(patch.process_id, max(wait, 0.1), overtake=now - patch.sent_at > LATE)

    async def _look(self, marketplace: str, due: Sequence[Patch]) -> dict[str, WriteResult]:
        items: dict[str, Fields | None] = {}
        pause = 0.0
        try:
            async for part in self._listings.by_sku(marketplace, [each.sku for each in due]):
                items |= part
        except (Throttled, Unavailable) as stop:
            pause = stop.retry_after if isinstance(stop, Throttled) else AWAY
        for each in due:
            if each.sku not in items:
                self._next_look[each.process_id] = self._clock.now() + timedelta(seconds=pause)
        return {each.process_id: self._stands(each, items[each.sku]) for each in due if each.sku in items}

    def _stands(self, patch: Patch, item: Fields | None) -> WriteResult:
        told = patch.shows_in(item) if item is not None else None
        if told is not None:
            return told
        age = self._clock.now() - patch.sent_at
        if age > GIVE_UP:
            return Deferred(PUBLISH_AGAIN, f"{patch.quantity} does not show after {age.total_seconds():.0f} s")
        pause = min(max(age.total_seconds(), FIRST_LOOK), LONGEST_PAUSE)
        self._next_look[patch.process_id] = self._clock.now() + timedelta(seconds=pause)
        return Pending(patch.process_id, pause, overtake=age > LATE)
