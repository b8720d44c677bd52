"""The budget of one app in one shop: points in a leaky bucket, as Shopify's answers tell it.

Every lane of a channel spends from the same bucket. A query reserves what Shopify reckons it may cost and gets the
rest back; each answer says what was reserved, what is left and how fast it comes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from hub.adapters.fields import Fields
from hub.adapters.limits import RESERVES, Lane
from hub.adapters.port import Meter
from hub.adapters.shopify.documents.document import Document
from hub.clock import Clock
from hub.outcome import Throttled

SHORTEST_WAIT = 0.5
"""Seconds; shorter pauses only meet the same wall again."""
LONGEST_WAIT = 60.0


class Budget:
    """Admits documents by their cost; knows nothing until the first answer, and then admits everything."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._costs: dict[str, float] = {}
        self._maximum: float | None = None
        self._rate = 0.0
        self._available = 0.0
        self._at = clock.monotonic()
        self._held_until = self._at
        self._in_flight = 0.0

    @contextmanager
    def spend(self, document: Document, lane: Lane) -> Iterator[None]:
        """Hold the document's cost for the time of the block; raises ``Throttled`` where the bucket is too empty."""
        cost = self._costs.get(document.name, document.cost)
        self._admit(document, cost, lane)
        self._in_flight += cost
        try:
            yield
        finally:
            self._in_flight -= cost

    def _admit(self, document: Document, cost: float, lane: Lane) -> None:
        """A lower lane leaves a part of the bucket to the lanes above it."""
        wait = self._wait(cost, lane)
        if wait > 0:
            raise Throttled(max(wait, SHORTEST_WAIT), f"the shop's points do not suffice for {document.name}")

    def spare(self, document: Document, lane: Lane) -> float:
        """Return the seconds until a lane would be let through with a document; holds nothing."""
        return max(0.0, self._wait(self._costs.get(document.name, document.cost), lane))

    def _wait(self, cost: float, lane: Lane) -> float:
        wait = self._held_until - self._clock.monotonic()
        if self._maximum is not None and self._rate > 0:
            needed = min(cost + RESERVES[lane] * self._maximum, self._maximum)
            wait = max(wait, (needed - self._left()) / self._rate)
        return wait

    def _left(self) -> float:
        """What is in flight may be taken out of the number told already; counting it twice is the safe side."""
        passed = self._clock.monotonic() - self._at
        return min(self._maximum or 0.0, self._available + passed * self._rate) - self._in_flight

    def learn(self, document: Document, cost: Fields | None) -> None:
        """Believe the ``extensions.cost`` of an answer; an answer without one says nothing."""
        status = cost.maybe_child("throttleStatus") if cost is not None else None
        if cost is None or status is None:
            return
        asked = cost.maybe_amount("requestedQueryCost")
        if asked is not None:
            self._costs[document.name] = float(asked)
        maximum, available = status.maybe_amount("maximumAvailable"), status.maybe_amount("currentlyAvailable")
        rate = status.maybe_amount("restoreRate")
        if maximum and rate and available is not None:
            self._maximum, self._rate = float(maximum), float(rate)
            self._available, self._at = float(available), self._clock.monotonic()

    def wait_for(self, document: Document) -> float:
        """Return the seconds to wait after a refusal for want of points, and hold everything until then."""
        cost = self._costs.get(document.name, document.cost)
        missing = (cost - self._available) / self._rate if self._rate > 0 else 1.0
        wait = min(max(missing, SHORTEST_WAIT), LONGEST_WAIT)
        self.hold(wait)
        return wait

    def hold(self, seconds: float) -> None:
        """Admit nothing for so long."""
        self._held_until = max(self._held_until, self._clock.monotonic() + seconds)

    def meter(self) -> Meter:
        """Return the points of the bucket; it is full again at ``resets_at``."""
        if self._maximum is None:
            return Meter("points", None, None, None)
        left = max(0.0, self._left())
        full = self._clock.now() + timedelta(seconds=(self._maximum - left) / self._rate)
        return Meter("points", int(self._maximum), int(left), full)
