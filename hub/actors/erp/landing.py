"""Attempts whose outcome nobody heard: what was sent and never answered may still land for a while."""

from __future__ import annotations

from datetime import datetime

from hub.actors.desk import Desk
from hub.actors.runtime.turn import Turn
from hub.outcome import Throttled

LOST = "lost"
"""Lane state, by what an attempt is about: when it began, and since when nobody waits for its answer (epoch seconds).
A parcel's attempts are not told apart: all of them bear the time at which it was stored."""


class Landing:
    """Remembers in the lane's state since when attempts are given up; they are told apart by when they began (UTC)."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def lost(self, turn: Turn, one: str, began: datetime) -> None:
        """Note that nobody waits for the answer to an attempt any more, as of now."""
        self._lost(turn)[one] = [began.timestamp(), self._now()]

    def not_sent(self, turn: Turn, one: str, began: datetime) -> None:
        """Note that an attempt sent nothing, so that only what was sent before it may still land."""
        if known := self._lost(turn).get(one):
            known[0] = began.timestamp()

    def wait_for(
        self, turn: Turn, one: str, began: datetime | None, where: str = "in Exact", *, looked: datetime | None = None
    ) -> None:
        """Raise Throttled while what an attempt sent may still land, or may have landed since a look-up.

        An attempt that ended with the process left no time behind: it counts from now. ``began`` None: there was none.
        ``looked`` is when the look-up that found nothing began (UTC), None where it was just now.
        """
        if began is None:
            return
        known = self._lost(turn).get(one)
        if known is None or known[0] != began.timestamp():
            self.lost(turn, one, began)
        until = self._now() if looked is None else looked.timestamp()
        wait = self.desk.pace.settle - (until - self._lost(turn)[one][1])
        if wait > 0:
            raise Throttled(wait, f"an earlier attempt may still land {where}")

    def over(self, turn: Turn, one: str) -> None:
        """Forget what is known of its attempts: how they ended is stored."""
        self._lost(turn).pop(one, None)

    def _lost(self, turn: Turn) -> dict[str, list[float]]:
        found: dict[str, list[float]] = turn.state.setdefault(LOST, {})
        return found

    def _now(self) -> float:
        return self.desk.clock.now().timestamp()
