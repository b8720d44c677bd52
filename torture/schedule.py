"""Which attacks come when: drawn from a seed, so that a run can be repeated as far as real processes allow."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

T = TypeVar("T")


class Kind(StrEnum):
    """What is attacked."""

    KILL = "kill"
    STOP = "stop"
    TERM = "term"
    DATABASE = "database"
    DISK = "disk"
    NETWORK = "network"
    CLOCK = "clock"


CUTS = ("refuse", "drop", "half-open", "stall", "mid-answer")
WAYS = {
    Kind.KILL: ("one", "all"),
    Kind.STOP: ("one", "all"),
    Kind.TERM: ("one", "all"),
    Kind.DISK: ("full",),
    Kind.CLOCK: ("ahead", "behind"),
}
"""How each kind goes about it, where that does not depend on the database."""
HOLDS = {
    Kind.KILL: (0.0, 3.0),
    Kind.STOP: (1.2, 1.8),
    Kind.TERM: (0.0, 2.0),
    Kind.DATABASE: (0.5, 5.0),
    Kind.DISK: (2.0, 7.0),
    Kind.NETWORK: (1.0, 10.0),
    Kind.CLOCK: (3.0, 8.0),
}
"""Least and most seconds that a fault lasts; a node is frozen for so many leases."""
PEACE = (1.0, 5.0)
STEPS = (5.0, 40.0)
"""Least and most seconds by which a clock is wrong."""


@dataclass(frozen=True, slots=True)
class Attack:
    """One fault: ``pause`` seconds of peace, then it lasts ``hold`` seconds.

    ``node`` is the place of the node that it meets; ``way`` may say that it meets all. ``step`` is by how many seconds
    a clock is wrong.
    """

    kind: Kind
    way: str
    node: int
    pause: float
    hold: float
    step: float = 0.0

    @property
    def name(self) -> str:
        """What it is called in a report."""
        return f"{self.kind}:{self.way}"


def draw(seed: int, ways: Mapping[Kind, Sequence[str]], *, nodes: int, lease: float) -> Iterator[Attack]:
    """Return attacks without end: every kind once per round, and of each kind every way before one comes again."""
    chance = random.Random(seed)
    bags = {kind: _bag(each, chance) for kind, each in ways.items()}
    for kind in _bag(tuple(ways), chance):
        least, most = HOLDS[kind]
        hold = chance.uniform(least, most) * (lease if kind is Kind.STOP else 1.0)
        step = chance.uniform(*STEPS) if kind is Kind.CLOCK else 0.0
        way = next(bags[kind])
        step = -step if way == "behind" else step
        yield Attack(kind, way, chance.randrange(nodes), chance.uniform(*PEACE), hold, step)


def ways_of(kind: Kind, *, sqlite: bool, nodes: int) -> tuple[str, ...]:
    """Return how a kind of attack can be carried out on a database."""
    if kind is Kind.DATABASE:
        return ("locked",) if sqlite else ("fast", "immediate", "killed")
    if kind is Kind.NETWORK:
        wires = ("platforms", "doors") if sqlite else ("platforms", "doors", "database", "one-database")
        return tuple(f"{wire}-{cut}" for wire in wires for cut in CUTS)
    ways = WAYS[kind]
    return ways[:1] if nodes == 1 and "all" in ways else ways


def _bag(things: Sequence[T], chance: random.Random) -> Iterator[T]:
    while True:
        yield from chance.sample(things, len(things))
