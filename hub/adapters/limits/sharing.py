"""How the calls of one window are shared out among lanes: reserves for the urgent ones, and shares of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.adapters.limits.bucket import Bucket
from hub.adapters.limits.lanes import Lane
from hub.adapters.port import LANE, Meter
from hub.clock import Clock

PIECE = 1800.0
"""A share is given out evenly; what is not used is kept for so many seconds."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What lanes leave to others (``reserves``) and have for themselves (``shares``), as parts of a window's calls.

    A window lasts ``seconds``. Reserves are for orders above all: they stand whole until ``1 / eases`` of it is left,
    and shrink evenly from there on, for orders come in the evening. Without ``eases`` they stand to the end.
    """

    seconds: float
    reserves: Mapping[Lane, float]
    shares: Mapping[Lane, float]
    eases: float | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """What a window still has: ``free`` calls of ``limit``, with ``left`` seconds to its reset (None: unknown)."""

    free: int
    limit: int
    left: float | None


@dataclass(slots=True)
class Sharing:
    """Says which lane may take the next call of a window.

    A share begins with a whole piece; ``meters`` and ``remember`` carry what is left of it over to the next node.
    """

    rule: Rule
    clock: Clock
    _own: dict[tuple[Lane, int], Bucket] = field(default_factory=dict)

    def kept(self, lane: Lane, room: Room) -> int:
        """Return how many calls a lane leaves, to others and for its own share, when it calls beyond that."""
        part = self._part(room)
        eased = 1.0 if self.rule.eases is None else min(1.0, self.rule.eases * part)
        owed = sum(self._owed(one, room, part) for one in self.rule.shares)
        return int(self.rule.reserves[lane] * room.limit * eased + owed)

    def open_to(self, lane: Lane, room: Room) -> int:
        """Return how many calls a lane could make now."""
        own = self._bucket(lane, room.limit)
        return max(0, room.free - self.kept(lane, room), 0 if own is None else min(room.free, own.room()))

    def draws(self, lane: Lane, room: Room) -> Bucket | None:
        """Return the share that one more call comes out of, None where the lane has none or has used it up."""
        own = self._bucket(lane, room.limit)
        return own if own is not None and own.wait() <= 0 else None

    def wait(self, lane: Lane, room: Room) -> float | None:
        """Return the seconds until a lane that may not call now might, if nobody else calls; None: at the reset."""
        waits = [wait for wait in (self._until_eased(lane, room), self._until_owned(lane, room)) if wait is not None]
        return min(waits, default=None)

    def meters(self) -> tuple[Meter, ...]:
        """Return what is left of the current piece of each share that was asked for."""
        return tuple(
            Meter(_named(lane), None, own.room(), own.whole_at) for (lane, _), own in sorted(self._own.items())
        )

    def remember(self, meters: Mapping[str, Meter], limit: int) -> None:
        """Take up what was left of the shares of a window of ``limit`` calls."""
        for lane in self.rule.shares:
            meter, own = meters.get(_named(lane)), self._bucket(lane, limit)
            if meter is not None and meter.resets_at is not None and own is not None:
                own.be_whole_at(meter.resets_at)

    def _until_eased(self, lane: Lane, room: Room) -> float | None:
        if self.rule.eases is None or room.left is None or room.free <= 0:
            return None
        reserve = self.rule.reserves[lane] * room.limit
        shares = sum(self.rule.shares.values()) * room.limit
        over = room.free - sum(self._piece(one, room.limit) for one in self.rule.shares)
        part = over / (reserve * self.rule.eases + shares)
        if part * self.rule.eases > 1:
            part = (over - reserve) / shares
        return max(room.left - part * self.rule.seconds, 0.0) if part > 0 else None

    def _until_owned(self, lane: Lane, room: Room) -> float | None:
        own = self._bucket(lane, room.limit)
        return None if own is None or room.free <= 0 else max(0.0, own.wait())

    def _part(self, room: Room) -> float:
        return 1.0 if room.left is None else min(1.0, max(0.0, room.left / self.rule.seconds))

    def _owed(self, lane: Lane, room: Room, part: float) -> float:
        """Return what a lane may still draw from its share until the reset."""
        whole = self.rule.shares[lane] * room.limit
        return min(whole, whole * part + self._piece(lane, room.limit))

    def _piece(self, lane: Lane, limit: int) -> float:
        whole = self.rule.shares[lane] * limit
        return whole * min(1.0, PIECE / self.rule.seconds)

    def _bucket(self, lane: Lane, limit: int) -> Bucket | None:
        share = self.rule.shares.get(lane, 0.0) * limit
        if not share:
            return None
        if (lane, limit) not in self._own:
            piece = max(1.0, self._piece(lane, limit))
            self._own[lane, limit] = Bucket(lane.word, piece, piece * self.rule.seconds / share, self.clock)
        return self._own[lane, limit]


def _named(lane: Lane) -> str:
    return f"{LANE}{lane.word} share"
