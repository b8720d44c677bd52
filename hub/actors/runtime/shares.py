"""A node's turns, shared between tenants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from hub.actors.runtime.owned import Lane


class Shares:
    """How many turns each tenant has in flight.

    Nobody gets more than are left for all others: one tenant that would take everything has half of the turns, two
    have a third each, and somebody new always finds room at once, however slow their platforms are.
    """

    def __init__(self) -> None:
        self.taken = 0
        self._of: Counter[str] = Counter()

    def take(self, tenant: str) -> None:
        """Note that a turn begins."""
        self.taken += 1
        self._of[tenant] += 1

    def give_back(self, tenant: str) -> None:
        """Note that a turn is over."""
        self.taken -= 1
        self._of[tenant] -= 1
        if not self._of[tenant]:
            del self._of[tenant]

    def fair(self, lanes: Iterable[Lane], room: int) -> list[Lane]:
        """Return those that may have one of ``room`` turns now, in the order in which they wait."""
        chosen: list[Lane] = []
        taken = self._of.copy()
        for lane in lanes:
            tenant = lane.owned.key[0]
            if taken[tenant] < room:
                chosen.append(lane)
                taken[tenant] += 1
                room -= 1
        return chosen
