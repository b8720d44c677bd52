"""Until all is well again after an attack, and how long that took."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import anyio
import httpx2

from torture.place import Place
from torture.schedule import Attack

LONGEST = 180.0
LOOK_AGAIN = 0.2
MOST_TOLD = 5
MOST_LETTERS = 200
_UNSEEN = {"not looked yet"}


@dataclass(frozen=True, slots=True)
class Recovery:
    """How many seconds it took; ``last`` is what came last.

    ``left`` is what was still not as it should be when nobody waited any longer.
    """

    seconds: float
    left: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()


async def recovered(place: Place, longest: float = LONGEST) -> Recovery:
    """Wait until every node is ready and all that was accepted before is where it belongs.

    Counted from the end of the fault: the program is being started, the network is whole, there is room on the disk.
    Accepted before is every paid sale that was not in Exact at that moment, and every parcel that its channel did not
    know: each must have arrived. A program's start is part of the figure, and so is the pace of sweeps (8 to 10 s),
    which find what no webhook could announce.
    """
    began = time.monotonic()
    left, before = _UNSEEN, await place.site.control.waiting()
    last = left
    while left and time.monotonic() < began + longest:
        await anyio.sleep(LOOK_AGAIN)
        await place.revive()
        last, left = left, await _not_ready(place) or before & await place.site.control.waiting()
    return Recovery(time.monotonic() - began, frozenset(left), frozenset(last - _UNSEEN))


async def _not_ready(place: Place) -> set[str]:
    found = set()
    for node in place.nodes:
        try:
            answer = await place.site.http.get(f"{node.url}/health/ready")
            if answer.status_code != 200:
                found.add(f"{node.child.name} is not ready: {answer.text[:MOST_LETTERS]}")
        except httpx2.HTTPError:
            found.add(f"{node.child.name} does not answer")
    return found


@dataclass
class Tally:
    """Every attack that was carried out, and how long it took to recover from it."""

    took: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    ways: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    attacks: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unrecovered: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    longest: float = 0.0

    def note(self, attack: Attack, recovery: Recovery, *, landed: bool) -> None:
        """Count an attack, and what the hub did not recover from in time; one that met nothing counts for nothing."""
        self.longest = max(self.longest, recovery.seconds)
        if not landed:
            self.missed.append(attack.name)
            return
        self.attacks[attack.kind.value] += 1
        if recovery.left:
            self.unrecovered.append(f"{attack.name}: {', '.join(sorted(recovery.left)[:MOST_TOLD])}")
            return
        self.took[attack.kind.value].append(recovery.seconds)
        self.ways[attack.name].append(recovery.seconds)

    def told(self) -> Mapping[str, Any]:
        """Return the counts and the recovery times, in seconds."""
        return {
            "attacks": dict(self.attacks),
            "recovery_seconds": {kind: _summary(took) for kind, took in sorted(self.took.items())},
            "recovery_by_way": {way: _summary(took) for way, took in sorted(self.ways.items())},
            "unrecovered": self.unrecovered,
            "missed": self.missed,
        }


def _summary(took: list[float]) -> dict[str, float]:
    return {"count": len(took), "median": round(median(took), 1), "worst": round(max(took), 1)}
