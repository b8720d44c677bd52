"""How much is measured: enough for a first look, or enough for a figure to be quoted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """Sizes of the measurements; seconds are real."""

    rounds: int
    deliveries: int
    steady_seconds: float
    turns: int
    posts: int
    orders: int
    actors: tuple[int, ...]
    bursts: tuple[int, ...]


FULL = Effort(
    rounds=5,
    deliveries=10_000,
    steady_seconds=10.0,
    turns=10_000,
    posts=10_000,
    orders=300,
    actors=(10_000, 100_000),
    bursts=(1_000, 25_000),
)
QUICK = Effort(
    rounds=3,
    deliveries=2_000,
    steady_seconds=2.0,
    turns=2_000,
    posts=3_000,
    orders=30,
    actors=(10_000,),
    bursts=(1_000,),
)
