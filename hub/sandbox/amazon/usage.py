"""Usage plans: a token bucket per operation, with Amazon's default rates and bursts.

Source: the usage-plan tables in the operation descriptions of amzn/selling-partner-api-models of 2026-08-05.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Plan:
    """``rate`` requests per nominal second on average, ``burst`` at once."""

    rate: float
    burst: int


PLANS = {
    "searchOrders": Plan(0.0056, 20),
    "getOrder": Plan(0.5, 30),
    "confirmShipment": Plan(2, 10),
    "getListingsItem": Plan(5, 10),
    "patchListingsItem": Plan(5, 5),
    "searchListingsItems": Plan(5, 5),
    "createFeedDocument": Plan(0.5, 15),
    "getFeedDocument": Plan(0.0222, 10),
    "createFeed": Plan(0.0083, 15),
    "getFeed": Plan(2, 15),
    "getFeeds": Plan(0.0222, 10),
    "cancelFeed": Plan(2, 15),
    "createReport": Plan(0.0167, 15),
    "getReport": Plan(2, 15),
    "getReports": Plan(0.0222, 10),
    "getReportDocument": Plan(0.0167, 15),
    "getMarketplaceParticipations": Plan(0.016, 15),
    "createDestination": Plan(1, 5),
    "getDestinations": Plan(1, 5),
    "getDestination": Plan(1, 5),
    "deleteDestination": Plan(1, 5),
    "createSubscription": Plan(1, 5),
    "getSubscriptions": Plan(1, 5),
    "getSubscription": Plan(1, 5),
    "getSubscriptionById": Plan(1, 5),
    "deleteSubscriptionById": Plan(1, 5),
}
LISTINGS_FEEDS = Plan(5 / 300, 5)
"""JSON listings feeds: five per five minutes for one account and region, beside the plan of createFeed."""


@dataclass(slots=True)
class Bucket:
    """Holds at most ``burst`` tokens and regains ``rate`` a real (already compressed) second."""

    rate: float
    burst: int
    tokens: float
    at: float

    def take(self, now: float) -> bool:
        """Spend a token at ``now`` (epoch seconds) if there is one."""
        self.tokens = min(self.burst, self.tokens + max(0.0, now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(slots=True)
class Usage:
    """The buckets of one application and seller; ``speed`` refills them so many times as fast."""

    speed: float = 1.0
    plans: dict[str, Plan] = field(default_factory=lambda: {**PLANS, "JSON_LISTINGS_FEED": LISTINGS_FEEDS})
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def take(self, operation: str, now: float) -> bool:
        """Count one request; say whether it is within the plan."""
        plan = self.plans[operation]
        if operation not in self._buckets:
            self._buckets[operation] = Bucket(plan.rate * self.speed, plan.burst, plan.burst, now)
        return self._buckets[operation].take(now)

    def header(self, operation: str) -> str:
        """Return the rate in force, as ``x-amzn-RateLimit-Limit`` tells it."""
        return f"{self.plans[operation].rate * self.speed:.10g}"
