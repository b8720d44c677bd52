"""Seeing patches through: twenty SKUs a call, each patch at a pace of its own, and pages filled while more come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from hub.adapters.amazon.listings import MOST, Listings
from hub.adapters.amazon.patches import Patch
from hub.adapters.amazon.stock import FIRST_LOOK
from hub.adapters.fields import Fields
from hub.adapters.port import Deferred, Pending, WriteResult
from hub.clock import Clock
from hub.outcome import Throttled, Unavailable

LONGEST_PAUSE = 15.0
FILLING = 4.0
"""Seconds that a patch waits for others to fill its page of twenty; at five patches a second that is enough."""
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
        self._forget({each.process_id for each in patches})
        found: dict[str, WriteResult] = {}
        for marketplace in sorted({each.marketplace for each in patches}):
            there = [each for each in patches if each.marketplace == marketplace]
            found |= await self._look(marketplace, self._ready(there))
            left = [each for each in there if each.process_id not in found]
            wait = self._wait(left)
            found |= {each.process_id: Pending(each.process_id, wait, overtake=self._is_late(each)) for each in left}
        return found

    def _forget(self, wanted: set[str]) -> None:
        self._next_look = {name: at for name, at in self._next_look.items() if name in wanted}

    def _due_at(self, patch: Patch) -> datetime:
        return self._next_look.get(patch.process_id, patch.sent_at + timedelta(seconds=FIRST_LOOK))

    def _is_late(self, patch: Patch) -> bool:
        return self._clock.now() - patch.sent_at > LATE

    def _ready(self, patches: Sequence[Patch]) -> list[Patch]:
        """Return the patches to look for now: full pages, and the rest once nothing comes that could fill one."""
        now = self._clock.now()
        due = sorted((each for each in patches if self._due_at(each) <= now), key=self._due_at)
        filled = len(due) - len(due) % MOST
        waited = len(due) > filled and now - self._due_at(due[filled]) >= timedelta(seconds=FILLING)
        return due if waited or len(due) == len(patches) else due[:filled]

    def _wait(self, patches: Sequence[Patch]) -> float:
        """Return the seconds until a page is full, or the first patch has waited for others long enough."""
        if not patches:
            return 0.0
        due = sorted(map(self._due_at, patches))
        worth = min(due[0] + timedelta(seconds=FILLING), due[min(MOST, len(due)) - 1])
        return max((worth - self._clock.now()).total_seconds(), 0.1)

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
        told = {each.process_id: self._stands(each, items[each.sku]) for each in due if each.sku in items}
        return {process_id: end for process_id, end in told.items() if end is not None}

    def _stands(self, patch: Patch, item: Fields | None) -> WriteResult | None:
        """Return how a patch ended, None where it has not."""
        told = patch.shows_in(item) if item is not None else None
        if told is not None:
            return told
        age = self._clock.now() - patch.sent_at
        if age > GIVE_UP:
            return Deferred(PUBLISH_AGAIN, f"{patch.quantity} does not show after {age.total_seconds():.0f} s")
        pause = min(max(age.total_seconds(), FIRST_LOOK), LONGEST_PAUSE)
        self._next_look[patch.process_id] = self._clock.now() + timedelta(seconds=pause)
        return None
