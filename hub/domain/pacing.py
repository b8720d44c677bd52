"""How often a budgeted read may be made, and how patiently something is waited for."""

from __future__ import annotations

from datetime import datetime

AMPLE = 0.5
"""While more than this part of the day's calls is left, reads follow each other as closely as they like."""

STOCK_SHARE = 0.5
"""Part of the remaining calls that stock reads may count on; orders and tracking have the rest."""

BURST = 25
"""Hints that one read answers, from which on they count as a burst and not as a day's work."""


def read_spacing(
    shortest: float, limit: int | None, remaining: int | None, resets_at: datetime | None, now: datetime
) -> float:
    """Return the seconds to leave between two reads, at least ``shortest``.

    Once half of the day's budget is spent, what is left for stock is spread over the time that is left.
    A budget that the platform has not told yet counts as ample.
    """
    if not limit or remaining is None or resets_at is None or remaining / limit > AMPLE:
        return shortest
    left = max(0.0, (resets_at - now).total_seconds())
    return max(shortest, left / max(1.0, remaining * STOCK_SHARE))


def widened(spacing: float, gathered: int, shortest: float, longest: float) -> float:
    """Return the seconds to leave after a read that answered ``gathered`` hints.

    Twice as many as before while a burst lasts, within bounds; the shortest again when few hints came.
    """
    if gathered < BURST:
        return shortest
    return max(shortest, min(longest, 2 * max(spacing, shortest)))


def patience(waited: float, shortest: float = 15.0, longest: float = 900.0) -> float:
    """Return the seconds until something is looked at again: each wait as long as all before it, within bounds."""
    return min(longest, max(shortest, waited))
