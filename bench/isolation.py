"""Whether others notice: one tenant floods, and one actor in a hundred falls every second."""

from __future__ import annotations

from itertools import chain

from bench.away import away
from bench.figure import Aim, Figure, figure, percentile
from bench.flood import RATE, SHARES, Phases, phases
from bench.neighbours import ACTORS
from bench.place import Place

TENTH_MORE = Aim(1.1, most=True, of_bound=True)
SAME = "the same node with the same mail, without flood and crashes"


async def measure(place: Place) -> None:
    """Measure each database in a process of its own; calm and troubled phases alternate."""
    for dialect in place.dialects:
        url = await place.database(dialect)
        found = await away(phases, url, place.effort.phases, place.effort.phase_seconds)
        place.say(f"{found.fallen:,} turns fell; {ACTORS:,} actors, {RATE:g} messages/s, {SHARES} shares more by one")
        place.add(
            _delay(found, 0.99, dialect, TENTH_MORE),
            _delay(found, 0.5, dialect, None),
            figure(
                f"memory after floods and crashes, {dialect}",
                found.memory[1] / 1e6,
                "MB",
                bounds=found.memory[0] / 1e6,
                bound_is="before them",
                aim=TENTH_MORE,
            ),
        )


def _delay(found: Phases, part: float, dialect: str, aim: Aim | None) -> Figure:
    """Judge all delays of a kind together: the hundredth part of one phase's is ten, which differ by a quarter."""
    name = f"others' delay p{part * 100:g} beside a flood and crashes, {dialect}"
    calm, troubled = (percentile([*chain(*some)], part) * 1000 for some in (found.calm, found.troubled))
    return figure(name, troubled, "ms", bounds=calm, bound_is=SAME, aim=aim)
