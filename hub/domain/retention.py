"""How long the personal data of buyers is kept, and from when on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.domain.platform import Platform

USUAL_DAYS = 90
PLATFORM_DAYS: Mapping[Platform, int] = {Platform.AMAZON: 30}
"""Amazon's Data Protection Policy: at most 30 days after delivery, which is later than the shipment counted here."""

LONGEST_WAIT = timedelta(days=60)
"""An order that was neither shipped nor cancelled is given this much longer, counted from when it was placed."""

SHORTEST, LONGEST = 1, 3650
"""Days that a wholesaler may choose."""


def usual_days(platform: Platform) -> int:
    """Return the days that buyers of a platform are kept after the shipment, unless settings say otherwise."""
    return PLATFORM_DAYS.get(platform, USUAL_DAYS)


def kept_since(days: int | None, now: datetime) -> datetime | None:
    """Return the moment (UTC) before which an order must have ended for its buyer to go; None keeps every buyer."""
    return None if days is None else now - timedelta(days=days)
