"""The stock levels of a variant. On hand is what lies there, allocated units among it: sold, but not yet fulfilled.

What a buyer can order is on hand less allocated, over all of the channel's locations (less the shop's own
``outOfStockThreshold``, which stays the shop's decision).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.adapters.fields import Fields

TRACKED = "TRUE"


@dataclass(frozen=True, slots=True)
class Level:
    """Stock of one variant at one location, in units."""

    location: str
    on_hand: int
    allocated: int


@dataclass(frozen=True, slots=True)
class Levels:
    """Stock of one variant at all locations of the Vendure channel."""

    tracking: str
    levels: tuple[Level, ...]

    @classmethod
    def of(cls, variant: Fields) -> Levels:
        found = [
            Level(row.text("stockLocationId"), row.count("stockOnHand"), row.count("stockAllocated"))
            for row in variant.children("stockLevels")
        ]
        return cls(variant.text("trackInventory"), tuple(sorted(found, key=_age)))

    @property
    def shown(self) -> int | None:
        """Units that may be ordered, zero or more; None where the shop does not count them for certain."""
        if self.tracking != TRACKED:
            return None
        return max(sum(level.on_hand - level.allocated for level in self.levels), 0)

    def holding(self, quantity: int) -> dict[str, object]:
        """Return the input that makes ``quantity`` units available: at the first location, beside what is allocated.

        The other locations keep what is allocated to them. Without any level the default location is meant.
        """
        if not self.levels:
            return {"trackInventory": TRACKED, "stockOnHand": quantity}
        return {"trackInventory": TRACKED, "stockLevels": list(self._inputs(quantity))}

    def _inputs(self, quantity: int) -> Iterator[dict[str, object]]:
        for place, level in enumerate(self.levels):
            extra = quantity if place == 0 else 0
            yield {"stockLocationId": level.location, "stockOnHand": level.allocated + extra}


def _age(level: Level) -> tuple[int, str]:
    """Sort key: locations are numbered as they are made, and the first one is every channel's default."""
    return len(level.location), level.location
