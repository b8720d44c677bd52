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


RESERVES: Mapping[Lane, float] = {
    Lane.TOKENS: 0.0,
    Lane.ORDERS: 0.0,
    Lane.TRACKING: 0.10,
    Lane.STOCK: 0.20,
    Lane.CATALOGUE: 0.40,
    Lane.BACKFILL: 0.60,
}
"""The part of a window that a lane leaves to the lanes above it."""
