"""When a budget will be empty if it is spent as it was."""

from __future__ import annotations

from datetime import datetime, timedelta


def empty_at(
    remaining: int | None, per_hour: float | None, seen_at: datetime, resets_at: datetime | None
) -> datetime | None:
    """Return the moment (UTC) that nothing is left at the pace seen; None where it lasts until the reset.

    ``per_hour`` is in calls; ``remaining`` is what was left at ``seen_at``. Unknown numbers forecast nothing.
    """
    if remaining is None or resets_at is None or seen_at >= resets_at:
        return None
    if remaining <= 0:
        return seen_at
    if not per_hour:
        return None
    hours = remaining / per_hour
    if hours * 3600 >= (resets_at - seen_at).total_seconds():
        return None
    return seen_at + timedelta(hours=hours)
