"""A failing script made short: steps are left out, in ever smaller parts, as long as it still fails in the same way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from simulation.script import Script

T = TypeVar("T")


def shrink(script: Script, fails: Callable[[Script], bool], tries: int = 120) -> Script:
    """Return a shorter script that still fails; none of its steps can be left out alone, if the tries suffice.

    Before the steps, what surrounds them is made plainer: no quiet days, no faults by chance, one node, one tenant.
    """
    left = _Tries(fails, tries)
    shorter = script
    for plainer in _plainer(script):
        candidate = plainer(shorter)
        if candidate != shorter and left.fails(candidate):
            shorter = candidate
    steps = minimal(shorter.steps, lambda steps: left.fails(shorter.with_steps(steps)))
    return shorter.with_steps(steps)


def minimal(items: Sequence[T], fails: Callable[[Sequence[T]], bool]) -> Sequence[T]:
    """Return a part that fails and of which nothing can be left out (delta debugging, Zeller and Hildebrandt)."""
    parts = 2
    while items:
        size = max(1, len(items) // parts)
        for start in range(0, len(items), size):
            rest = [*items[:start], *items[start + size :]]
            if fails(rest):
                items, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                return items
            parts = min(parts * 2, len(items))
    return items


class _Tries:
    """Counts plays; once they are used up nothing fails any more, so that what is there stays."""

    def __init__(self, fails: Callable[[Script], bool], left: int) -> None:
        self._fails = fails
        self._left = left

    def fails(self, script: Script) -> bool:
        if self._left <= 0:
            return False
        self._left -= 1
        return self._fails(script)


def _plainer(script: Script) -> tuple[Callable[[Script], Script], ...]:
    return (
        lambda one: replace(one, quiet=0.0),
        lambda one: replace(one, weather={}),
        lambda one: replace(one, faults="none"),
        lambda one: _among(replace(one, other_channel=None)),
        lambda one: replace(one, nodes=1),
        lambda one: replace(one, goods=1),
        lambda one: _among(replace(one, channels=one.channels[:1])),
    )


def _among(script: Script) -> Script:
    """Leave out what happens on channels that are not there."""
    names = (*script.channels, script.other_channel)
    return script.with_steps([step for step in script.steps if step.asked.get("channel", names[0]) in names])
