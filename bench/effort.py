"""How much is measured: enough for a first look, or enough for a figure to be quoted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bench.governing.day import EVENING, FULL_DAY, Day


@dataclass(frozen=True, slots=True)
class Effort:
    """Sizes of the measurements; seconds are real. ``postgres`` says whether both databases are measured, ``peers``
    in how many rounds others are beside the hub, ``entrants`` which of them alone (all where none is named), ``bursts``
    how many positions change by how much the platforms' time is compressed, ``changes`` how many values change
    where calls are counted, ``day`` the day of Exact's calls; ``drift`` is how many listings there are, how many of
    them drift, and how much the platforms' time is compressed; ``phases`` of ``phase_seconds`` how often calm and
    trouble alternate, ``lists`` how often a list is queried, ``events`` how many are told to all; ``deadline`` bounds
    each subject.
    """

    postgres: bool
    peers: int
    rounds: int
    deliveries: int
    steady_seconds: float
    turns: int
    posts: int
    orders: int
    actors: tuple[int, ...]
    bursts: Mapping[float, tuple[int, ...]]
    changes: tuple[int, ...]
    day: Day
    listening: float
    drift: tuple[int, int, float]
    phases: int
    phase_seconds: float
    lists: int
    events: int
    deadline: float
    entrants: tuple[str, ...] = ()


FULL = Effort(
    postgres=True,
    peers=2,
    rounds=3,
    deliveries=5_000,
    steady_seconds=4.0,
    turns=10_000,
    posts=10_000,
    orders=200,
    actors=(10_000, 100_000),
    bursts={2.0: (1, 100, 1_000), 4.0: (25_000,)},
    changes=(1, 100, 1_000, 25_000),
    day=FULL_DAY,
    listening=5.0,
    drift=(100_000, 500, 10.0),
    phases=32,
    phase_seconds=5.0,
    lists=600,
    events=200,
    deadline=3000.0,
)
QUICK = Effort(
    postgres=False,
    peers=0,
    rounds=2,
    deliveries=1_500,
    steady_seconds=1.0,
    turns=2_000,
    posts=3_000,
    orders=20,
    actors=(10_000,),
    bursts={4.0: (1, 100)},
    changes=(1, 100, 1_000),
    day=EVENING,
    listening=2.0,
    drift=(2_000, 40, 10.0),
    phases=1,
    phase_seconds=10.0,
    lists=200,
    events=50,
    deadline=300.0,
)
