"""Where the reading of a division's stock stands, as its lane remembers it."""

from __future__ import annotations

from hub.actors.runtime.turn import Turn

CURSOR = "stock_cursor"
FIRST = "first_read"
NOTED = "generation_noted"
"""Whether it is known in which database the reading begins that has no cursor yet."""
UNSURE = "unsure_since"
"""Since when a reading, stored as one that goes on, waits for an answer to whether the division moved."""


def start_over(turn: Turn) -> None:
    """Begin the reading of stock without a cursor; where the division lies is asked first."""
    turn.state |= {CURSOR: None, FIRST: None, NOTED: False, UNSURE: None}
