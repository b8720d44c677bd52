"""How fast a budget is spent: a mean over the last hour or so, from what headers say is left."""

from __future__ import annotations

import math
from dataclasses import dataclass

HOUR = 3600.0
SHORTEST = 60.0
"""Seconds to look on before a pace is told; sooner it would be the pace of a burst."""


@dataclass(slots=True)
class Spending:
    """Calls an hour, weighted towards the last hour; ``at`` is a monotonic moment in seconds.

    A mean that begins at zero starts too low, so it is divided by the weight that it has gathered.
    """

    began: float
    at: float
    left: int
    mean: float = 0.0

    @classmethod
    def begin(cls, at: float, left: int) -> Spending:
        return cls(at, at, left)

    @classmethod
    def resumed(cls, at: float, left: int, per_hour: float) -> Spending:
        """Go on with a pace that was told elsewhere, as if it had been seen for an hour."""
        return cls(at - HOUR, at, left, per_hour * (1 - math.exp(-1)))

    def spend(self, at: float, left: int) -> None:
        """Note what is left now; more than before is a window that began anew."""
        spent, passed = max(0, self.left - left), max(at - self.at, 0.0)
        if passed:
            self.mean = self._faded(at) + spent / passed * HOUR * (1 - math.exp(-passed / HOUR))
        elif spent:
            self.mean += spent
        self.at, self.left = max(self.at, at), left

    def per_hour(self, at: float) -> float | None:
        """Return the pace as it stands at a moment, None before enough was seen."""
        seen = at - self.began
        return None if seen < SHORTEST else self._faded(at) / (1 - math.exp(-seen / HOUR))

    def _faded(self, at: float) -> float:
        return faded(self.mean, at - self.at)


def faded(per_hour: float, seconds: float) -> float:
    """Return what a pace comes to when nothing was spent for so many seconds."""
    return per_hour * math.exp(-max(seconds, 0.0) / HOUR)
