"""Reading page after page, and keeping what was read when Exact asks to wait or breaks midway."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from hub.adapters.port import Page
from hub.outcome import Throttled, Unavailable

T = TypeVar("T")

PAGES_PER_TURN = 30
PAUSE = 5.0
"""Seconds before going on after Exact broke midway."""


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """Rows of some pages and the cursor behind them; one that is not ``complete`` goes on in ``wait`` seconds.

    One that ``follows`` on its cursor surely holds all that changed.
    """

    rows: tuple[T, ...]
    cursor: str | None
    complete: bool
    wait: float = 0.0
    follows: bool = False


async def read_on(
    read: Callable[[str | None], Awaitable[Page[T]]],
    cursor: str | None,
    *,
    pages: int = PAGES_PER_TURN,
    keep: bool = False,
) -> Reading[T]:
    """Read on from a cursor, to the end or as far as it goes.

    Raises Throttled or Unavailable only where nothing at all was read, and not even then with ``keep``:
    for when something else was read before that must not be lost.
    """
    rows: list[T] = []
    for number in range(pages):
        try:
            page = await read(cursor)
        except (Throttled, Unavailable) as stop:
            if number == 0 and not keep:
                raise
            return Reading(tuple(rows), cursor, complete=False, wait=wait_of(stop))
        rows += page.rows
        cursor = page.cursor
        if not page.more:
            return Reading(tuple(rows), cursor, complete=True, follows=page.follows)
    return Reading(tuple(rows), cursor, complete=False)


def wait_of(stop: Throttled | Unavailable) -> float:
    """Return after how many seconds to go on."""
    return stop.retry_after if isinstance(stop, Throttled) else PAUSE
