"""How long good orders wait in queues that keep Exact's rules: first come, first served."""

from __future__ import annotations

from bench.governing.day import Day
from hub.adapters.limits.breaker import MOST

CALLS = 2
"""An order is posted and read back."""
PER_MINUTE = 60
HOUR = 3600.0


def waits_in_line(day: Day, lease: float, *, blind: bool) -> list[float]:
    """Return the seconds that each good order waits, first come, first served.

    Nothing is sent while the lease (seconds) of the node that dies may still last, and a minute's calls are spread. A
    ``blind`` queue knows nothing of goods: it stops as the hub does where orders were refused within the hour.
    """
    died, refused = day.down[0], list[float]()
    waits, free = [], 0.0
    for event in day.events():
        if event.kind not in ("order", "poison"):
            continue
        at = max(event.at, free)
        if died <= at < died + lease:
            at = died + lease
        if blind and len(refused) >= MOST:
            at = max(at, refused[-MOST] + HOUR)
        if event.kind == "poison":
            refused.append(at)
        else:
            waits.append(at - event.at)
        free = at + CALLS * 60 / PER_MINUTE
    return waits
