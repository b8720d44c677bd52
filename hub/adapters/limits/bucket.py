"""Token buckets, where a platform refills evenly."""

from __future__ import annotations

from datetime import datetime, timedelta

from hub.adapters.port import Meter
from hub.clock import Clock
from hub.outcome import Throttled


class Bucket:
    """A token bucket for one endpoint group: ``capacity`` calls per ``window`` seconds, refilled evenly."""

    def __init__(self, name: str, capacity: float, window: float, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._capacity = capacity
        self._rate = capacity / window
        self._tokens = capacity
        self._at = clock.monotonic()
        self._held_until = self._at
        self._resets_at: datetime | None = None

    def admit(self, cost: float = 1.0) -> None:
        """Take ``cost`` calls, or raise ``Throttled`` with the seconds until they are there."""
        wait = self.wait(cost)
        if wait > 1e-9:
            raise Throttled(wait, f"limit of {self._name}")
        self._tokens -= cost

    def wait(self, cost: float = 1.0) -> float:
        """Return the seconds until ``cost`` calls are there, nothing or less where they are."""
        self._refill()
        return max(self._held_until - self._at, (cost - self._tokens) / self._rate)

    def correct(
        self, *, limit: float | None = None, remaining: float | None = None, reset_in: float | None = None
    ) -> None:
        """Believe the platform's headers: calls per window, calls left, seconds to the reset; None is unknown."""
        if limit is not None and limit > 0:
            self._rate *= limit / self._capacity
            self._capacity = limit
        if remaining is not None:
            self._tokens = min(self._tokens, remaining)
        if reset_in is not None:
            self._resets_at = self._clock.now() + timedelta(seconds=reset_in)
            if remaining is not None and remaining <= 0:
                self.hold(reset_in)

    @property
    def period(self) -> float:
        """The seconds in which one call comes back."""
        return 1 / self._rate

    def pace(self, rate: float) -> None:
        """Believe the platform's calls per second from here on; what may be called at once stays."""
        self._refill()
        self._rate = rate

    def room(self) -> int:
        """Return how many calls would be admitted now."""
        self._refill()
        return 0 if self._at < self._held_until else max(0, int(self._tokens))

    def spare(self, reserve: float) -> float:
        """Return the seconds until a call would leave the part ``reserve`` of the capacity to others; takes nothing."""
        return max(0.0, self.wait(min(1 + reserve * self._capacity, self._capacity)))

    @property
    def whole_at(self) -> datetime:
        """The moment (UTC) at which the bucket is full again, if nobody calls."""
        self._refill()
        return self._clock.now() + timedelta(seconds=(self._capacity - self._tokens) / self._rate)

    def be_whole_at(self, moment: datetime) -> None:
        """Go on as another bucket was left that would be full at a moment."""
        lacking = max(0.0, (moment - self._clock.now()).total_seconds()) * self._rate
        self._tokens, self._at = max(0.0, self._capacity - lacking), self._clock.monotonic()

    def _refill(self) -> None:
        now = self._clock.monotonic()
        self._tokens = min(self._capacity, self._tokens + (now - self._at) * self._rate)
        self._at = now

    def hold(self, seconds: float) -> None:
        """Admit nothing for so long, as a 429 demanded; afterwards the bucket is not empty."""
        self._held_until = max(self._held_until, self._clock.monotonic() + seconds)
        self._tokens = max(self._tokens, 1.0)

    def meter(self) -> Meter:
        """Return limit and remaining as this side counts them."""
        return Meter(self._name, int(self._capacity), max(int(self._tokens), 0), self._resets_at)
