"""How much is measured: enough for a first look, or enough for a figure to be quoted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Sizes of the measurements; seconds are real. ``postgres`` says whether both databases are measured,
    ``bursts`` how many positions change by how much the platforms' time is compressed, ``changes`` how many values
    change where calls are counted; ``drift`` is how many listings there are, how many of them drift, and how much the
    platforms' time is compressed; ``deadline`` bounds each subject.
    """

    postgres: bool
    rounds: int
    deliveries: int
    steady_seconds: float
    turns: int
    posts: int
    orders: int
    actors: tuple[int, ...]
    bursts: Mapping[float, tuple[int, ...]]
    changes: tuple[int, ...]
    listening: float
    drift: tuple[int, int, float]
    deadline: float


FULL = Effort(
    postgres=True,
    rounds=3,
    deliveries=5_000,
    steady_seconds=4.0,
    turns=10_000,
    posts=10_000,
    orders=200,
    actors=(10_000, 100_000),
    bursts={2.0: (1, 100, 1_000), 4.0: (25_000,)},
    changes=(1, 100, 1_000, 25_000),
    listening=5.0,
    drift=(100_000, 500, 10.0),
    deadline=3000.0,
)
QUICK = Effort(
    postgres=False,
    rounds=2,
    deliveries=1_500,
    steady_seconds=1.0,
    turns=2_000,
    posts=3_000,
    orders=20,
    actors=(10_000,),
    bursts={4.0: (1, 100)},
    changes=(1, 100, 1_000),
    listening=2.0,
    drift=(2_000, 40, 10.0),
    deadline=300.0,
)
