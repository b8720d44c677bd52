"""How much one operation may ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What one operation may amount to at most; ``cost`` is in points."""

    tokens: int = 2000
    depth: int = 12
    aliases: int = 30
    cost: int = 10_000
