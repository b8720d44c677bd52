"""bol.com's limits per group of endpoints, as buckets that refill evenly.

The numbers are third-party transcriptions of 2025 and 2026; the rules for cancellation, transports, single
process statuses and tokens were never published and are the sandbox's own guesses.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

SECOND, MINUTE, HOUR = 1, 60, 3600


@dataclass(frozen=True, slots=True)
class Rule:
    """``capacity`` requests per ``window`` nominal seconds; ``*`` in the path stands for anything."""

    path: str
    methods: frozenset[str]
    capacity: int
    window: int

    def rank(self, method: str, path: str) -> int:
        """Return how exactly this rule fits a request; 0 when it does not."""
        if method not in self.methods:
            return 0
        stem, star, _ = self.path.partition("*")
        fits = path.startswith(stem) if star else path == stem
        return (2 * len(stem) + (not star)) if fits else 0


def _rule(path: str, methods: str, capacity: int, window: int) -> Rule:
    return Rule(path, frozenset(methods.split()), capacity, window)


RULES = (
    _rule("/retailer/orders", "GET HEAD", 25, MINUTE),
    _rule("/retailer/orders/*", "GET HEAD", 25, SECOND),
    _rule("/retailer/orders/cancellation", "PUT", 25, SECOND),
    _rule("/retailer/shipments", "GET HEAD", 25, MINUTE),
    _rule("/retailer/shipments", "POST", 25, SECOND),
    _rule("/retailer/shipments/*", "GET HEAD", 50, MINUTE),
    _rule("/retailer/transports/*", "PUT", 25, SECOND),
    _rule("/retailer/returns", "GET POST HEAD", 20, MINUTE),
    _rule("/retailer/returns/*", "GET PUT HEAD", 20, MINUTE),
    _rule("/retailer/offers", "GET HEAD", 25, SECOND),
    _rule("/retailer/offers", "POST", 50, SECOND),
    _rule("/retailer/offers/*", "GET HEAD", 25, SECOND),
    _rule("/retailer/offers/*", "PATCH PUT DELETE", 50, SECOND),
    _rule("/retailer/offers/export", "POST", 9, HOUR),
    _rule("/retailer/offers/export/*", "GET", 9, HOUR),
    _rule("/retailer/inventory", "GET HEAD", 20, MINUTE),
    _rule("/retailer/subscriptions*", "GET POST PUT DELETE", 10, SECOND),
    _rule("/retailer/subscriptions/signature-keys", "GET", 10, HOUR),
    _rule("/shared/process-status", "POST", 2, SECOND),
    _rule("/shared/process-status", "GET", 10, SECOND),
    _rule("/shared/process-status/*", "GET", 10, SECOND),
    _rule("/token", "POST", 6, MINUTE),
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a bucket says about one request; times are real (compressed) seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset: int
    retry_after: int

    def headers(self) -> dict[str, str]:
        """Return the ``X-RateLimit-*`` headers that go with every answer."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


@dataclass(slots=True)
class Bucket:
    """Holds at most ``capacity`` tokens and regains one each ``window / capacity`` seconds."""

    capacity: int
    window: float
    tokens: float
    at: float

    def take(self, now: float) -> Verdict:
        """Spend a token at ``now`` (epoch seconds) if there is one."""
        rate = self.capacity / self.window
        self.tokens = min(self.capacity, self.tokens + max(0.0, now - self.at) * rate)
        self.at = now
        allowed = self.tokens >= 1
        if allowed:
            self.tokens -= 1
        wait = math.ceil(max(0.0, 1 - self.tokens) / rate)
        full = math.ceil((self.capacity - self.tokens) / rate)
        return Verdict(allowed, self.capacity, int(self.tokens), full, max(1, wait))


@dataclass(slots=True)
class Limits:
    """The buckets of one credential; ``speed`` shortens every window."""

    speed: float = 1.0
    rules: tuple[Rule, ...] = RULES
    _buckets: dict[Rule, Bucket] = field(default_factory=dict)

    def take(self, method: str, path: str, now: float) -> Verdict | None:
        """Count one request against the most specific rule; ``None`` where no rule applies."""
        rule = max(self.rules, key=lambda each: each.rank(method, path))
        if not rule.rank(method, path):
            return None
        if rule not in self._buckets:
            window = rule.window / self.speed
            self._buckets[rule] = Bucket(rule.capacity, window, rule.capacity, now)
        return self._buckets[rule].take(now)
