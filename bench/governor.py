"""A day at the limit of Exact's calls, with poisoned orders: the whole hub beside a client that nobody governs.

Both live the day that one seed draws, in virtual time, before a simulated Exact with its documented limits and blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import anyio

from bench.away import away
from bench.figure import Aim, Figure, figure, percentile
from bench.governing.day import Day
from bench.governing.governed import PACE, governed
from bench.governing.naive import naive
from bench.governing.outcome import Outcome
from bench.governing.queue import waits_in_line
from bench.place import Place
from hub.adapters.limits import SHARES_OF_THE_DAY, Lane

NONE = Aim(0, most=True)
ALL = Aim(1.0, of_bound=True)
AS_FRESH = AS_SOON = Aim(1.1, most=True, of_bound=True)
DAY = 86_400.0
REFUSED_FOR_GOOD = "held: refused_by_erp"


async def measure(place: Place) -> None:
    """Let the hub and the client live through the same day, side by side."""
    day = place.effort.day
    found: dict[str, Outcome] = {}

    async def live(name: str, life: Callable[[Day], Outcome]) -> None:
        found[name] = await away(life, day)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(live, "hub", governed)
        tasks.start_soon(live, "naive", naive)
    place.add(*_of_hub(day, found["hub"]), *_of_naive(day, found["naive"]))


def freshest(day: Day) -> float:
    """Return the seconds between two stock reads that stock's own share of the day allows: the bound of its age."""
    return DAY / (SHARES_OF_THE_DAY[Lane.STOCK] * day.limit)


def _of_hub(day: Day, told: Outcome) -> Iterator[Figure]:
    refused = told.statuses.get(429, 0)
    yield figure("a full day: endpoints blocked", float(len(told.blocked)), "blocks", aim=NONE)
    yield figure("a full day: calls refused for their number", float(refused), "calls", aim=NONE)
    good = f"all that were sold, beside {told.poisoned} that Exact refuses for good"
    yield figure("a full day: good orders in Exact", float(told.posted), "orders", bounds=float(told.orders),
                 bound_is=good, aim=ALL)  # fmt: skip
    yield figure("a full day: poisoned orders held with their cause", float(told.held.get(REFUSED_FOR_GOOD, 0)),
                 "orders", bounds=float(told.poisoned), bound_is="all of them", aim=ALL)  # fmt: skip
    yield from _waits(day, told)
    share = f"the pace of reads that stock's own share of the day allows ({day.limit:,} calls)"
    yield figure("a full day: age of changed stock on channels, p99", percentile(told.ages, 0.99), "s",
                 bounds=freshest(day), bound_is=share, aim=AS_FRESH)  # fmt: skip
    yield figure("a full day: changes of stock never shown", float(told.unseen), "changes", aim=NONE)
    for lane, calls in sorted(told.calls.items()):
        yield figure(f"a full day: calls, {lane}", float(calls), "calls")
    yield figure("a full day: calls left at midnight", float(told.left), "calls")


def _waits(day: Day, told: Outcome) -> Iterator[Figure]:
    lease = PACE["lease_seconds"]
    knowing, blind = (waits_in_line(day, lease, blind=blind) for blind in (False, True))
    line = f"first come, first served, had it been known which are poisoned; a dead node's lease lasts {lease:.0f} s"
    yield figure("a full day: longest wait of a good order", max(told.waits), "s",
                 bounds=max(knowing), bound_is=line, aim=AS_SOON)  # fmt: skip
    yield figure("a full day: wait of a good order, p99", percentile(told.waits, 0.99), "s",
                 bounds=percentile(knowing, 0.99), bound_is=line)  # fmt: skip
    yield figure("a full day: p99 had nothing been known of goods", percentile(blind, 0.99), "s")


def _of_naive(day: Day, told: Outcome) -> Iterator[Figure]:
    if told.blocked:
        yield figure("ungoverned: first block after", told.blocked[0] / 60, "min")
    if told.exhausted_at is not None:
        yield figure("ungoverned: the day's calls are gone after", told.exhausted_at / 60, "min")
    yield figure("ungoverned: good orders in Exact when it was given up", float(told.posted), "orders",
                 bounds=float(told.orders), bound_is="all that were sold until then")  # fmt: skip
