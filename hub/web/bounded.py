"""Two small memories for busy doors: what was looked up lately, and how much a caller has sent. Both are bounded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from hub.clock import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Remembers looked-up values for some seconds; the oldest go when there are too many."""

    def __init__(self, look_up: Callable[[K], Awaitable[V]], clock: Clock, seconds: float, most: int) -> None:
        self._look_up = look_up
        self._clock = clock
        self._seconds = seconds
        self._most = most
        self._known: dict[K, tuple[float, V]] = {}

    async def get(self, key: K, *, younger_than: float | None = None) -> V:
        """Return the value, looked up again where the one in hand is older than allowed (seconds).

        While one caller looks up again, the others go on with the old value, except those who doubt it.
        """
        oldest = self._seconds if younger_than is None else younger_than
        found = self._known.get(key)
        now = self._clock.monotonic()
        if found is not None and now - found[0] < oldest:
            return found[1]
        if found is not None and younger_than is None:
            self._known[key] = (now, found[1])
        try:
            value = await self._look_up(key)
        except BaseException:
            self._known.pop(key, None)
            raise
        self._known.pop(key, None)
        while len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[key] = (now, value)
        return value


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Rate(Generic[K]):
    """A token bucket per key: ``per_second`` for long, ``burst`` at once. A bucket that was idle is full again."""

    def __init__(self, clock: Clock, per_second: float, burst: int, most: int = 10_000) -> None:
        self._clock = clock
        self._per_second = per_second
        self._burst = burst
        self._most = most
        self._buckets: dict[K, _Bucket] = {}

    def allows(self, key: K) -> bool:
        """Take one token of the key's bucket, if there is one."""
        now = self._clock.monotonic()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._add(key, now)
        bucket.tokens = min(float(self._burst), bucket.tokens + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def _add(self, key: K, now: float) -> _Bucket:
        while len(self._buckets) >= self._most:
            del self._buckets[next(iter(self._buckets))]
        return self._buckets.setdefault(key, _Bucket(float(self._burst), now))
