"""The leaky bucket of one app in one shop: a cost is reserved, and what was not used comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hub.sandbox.clock import Clock
from hub.sandbox.shopify.switches import Switches

RESTORED = {"standard": 100, "advanced": 200, "plus": 1000, "enterprise": 2000}
"""Points that come back in one nominal second, by plan."""
SECONDS_FULL = 20
SINGLE = 1000
"""What one operation may cost."""


@dataclass
class Throttle:
    """Holds twenty seconds' worth of points; a faster sandbox restores faster, and says so."""

    clock: Clock
    switches: Switches
    spent: float = 0.0
    at: float = 0.0

    @property
    def capacity(self) -> int:
        return RESTORED[self.switches.plan] * SECONDS_FULL

    @property
    def rate(self) -> float:
        """Points that come back in one real second."""
        return RESTORED[self.switches.plan] * self.clock.speed

    @property
    def available(self) -> int:
        self._leak()
        return int(self.capacity - self.spent)

    def reserve(self, cost: int) -> bool:
        """Take a cost out of the bucket, unless there is too little in it."""
        self._leak()
        if self.capacity - self.spent < cost:
            return False
        self.spent += cost
        return True

    def refund(self, cost: int) -> None:
        """Put back what was reserved but not used."""
        self.spent = max(0.0, self.spent - cost)

    def _leak(self) -> None:
        now = self.clock.epoch()
        self.spent = max(0.0, self.spent - (now - self.at) * self.rate) if self.at else 0.0
        self.at = now

    def told(self, requested: int, actual: int | None) -> dict[str, Any]:
        """Return the cost block of an answer."""
        rate = self.rate
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": self.capacity,
                "currentlyAvailable": self.available,
                "restoreRate": int(rate) if rate == int(rate) else rate,
            },
        }
