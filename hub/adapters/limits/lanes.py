"""What calls are for, and what each kind leaves to the more urgent ones."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum


class Lane(IntEnum):
    """What a call is for, the most urgent first; a lower lane leaves a reserve for the higher ones."""

    TOKENS = 0
    ORDERS = 1
    TRACKING = 2
    STOCK = 3
    CATALOGUE = 4
    BACKFILL = 5

    @property
    def word(self) -> str:
        """Return it as meters and metrics name it."""
        return self.name.lower()


RESERVES: Mapping[Lane, float] = {
    Lane.TOKENS: 0.0,
    Lane.ORDERS: 0.0,
    Lane.TRACKING: 0.10,
    Lane.STOCK: 0.20,
    Lane.CATALOGUE: 0.40,
    Lane.BACKFILL: 0.60,
}
"""The part of a short window that a lane leaves to the lanes above it."""

RESERVES_OF_THE_DAY: Mapping[Lane, float] = {
    Lane.TOKENS: 0.0,
    Lane.ORDERS: 0.0,
    Lane.TRACKING: 0.80,
    Lane.STOCK: 0.80,
    Lane.CATALOGUE: 0.83,
    Lane.BACKFILL: 0.86,
}
"""The part of a day that a lane leaves to the lanes above it, beside their shares: orders may take four fifths."""

SHARES: Mapping[Lane, float] = {Lane.TRACKING: 1 / 60, Lane.STOCK: 2 / 60}
"""The part of a short window that is a lane's own: whatever hurry the others are in, stock and parcels go on."""

SHARES_OF_THE_DAY: Mapping[Lane, float] = {Lane.TRACKING: 0.04, Lane.STOCK: 0.10, Lane.CATALOGUE: 0.01}
"""The part of a day that is a lane's own, given out evenly: of 5,000 calls, a stock read every three minutes."""
