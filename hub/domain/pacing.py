"""How often a budgeted read may be made, and how patiently something is waited for."""

from __future__ import annotations

BURST = 25
"""Hints that one read answers, from which on they count as a burst and not as a day's work."""


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
