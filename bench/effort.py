"""How much is measured: enough for a first look, or enough for a figure to be quoted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Sizes of the measurements; seconds are real. ``postgres`` says whether both databases are measured."""

    postgres: bool
    rounds: int
    deliveries: int
    steady_seconds: float
    turns: int
    posts: int
    orders: int
    actors: tuple[int, ...]
    bursts: tuple[int, ...]
    listening: float


FULL = Effort(
    postgres=True,
    rounds=3,
    deliveries=10_000,
    steady_seconds=8.0,
    turns=10_000,
    posts=10_000,
    orders=300,
    actors=(10_000, 100_000),
    bursts=(1_000, 25_000),
    listening=5.0,
)
QUICK = Effort(
    postgres=False,
    rounds=3,
    deliveries=2_000,
    steady_seconds=1.5,
    turns=2_000,
    posts=3_000,
    orders=30,
    actors=(10_000,),
    bursts=(1_000,),
    listening=2.0,
)
