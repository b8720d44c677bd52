"""What ends the measurement of one subject, and leaves the others alone."""

from __future__ import annotations


class NotMeasured(Exception):
    """The measurement could not be made; the message says why."""
