"""How patient, how strict and how large a node is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random


@dataclass(frozen=True, slots=True)
class Policy:
    """Durations in seconds.

    A lease is trusted ``margin`` less than the database trusts it. ``linger`` is how long an idle actor stays open.
    A message is parked after ``attempts`` failed tries or ``poison`` crashes. ``crash_limit`` crashes within
    ``crash_window`` quarantine the actor, for pauses that double. ``sick_limit`` quarantines within ``sick_window``, on
    a large node ``sick_share`` of its actors, mean that the node itself is ill.
    Of ``max_turns`` at once no tenant has more than are left for the others.
    """

    lease: float = 30.0
    renew: float = 10.0
    margin: float = 5.0
    linger: float = 30.0
    poll: float = 1.5
    grace: float = 20.0
    max_actors: int = 20_000
    max_turns: int = 1000
    claim_most: int = 500
    backoff_first: float = 1.0
    backoff_most: float = 600.0
    attempts: int = 20
    poison: int = 5
    crash_limit: int = 3
    crash_window: float = 60.0
    crash_memory: float = 7200.0
    restart_pause: float = 0.2
    quarantine_first: float = 300.0
    quarantine_most: float = 3600.0
    sick_limit: int = 10
    sick_share: float = 0.05
    sick_window: float = 60.0
    store_pause: float = 1.0
    keep_seen: float = 30 * 86400.0

    def backoff(self, attempts: int, random: Random) -> timedelta:
        """Return the pause before the next try: full jitter below a bound that doubles with every failed one."""
        bound = min(self.backoff_most, self.backoff_first * 2 ** min(attempts - 1, 30))
        return timedelta(seconds=random.uniform(0, bound))

    def quarantine(self, before: int) -> timedelta:
        """Return how long an actor that was quarantined so often before stays out."""
        return timedelta(seconds=min(self.quarantine_most, self.quarantine_first * 2 ** min(before, 30)))
