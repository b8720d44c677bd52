"""What ``python main.py bench`` calls: measures, one subject after another, and shows the figures."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

import anyio
import httpx2
from rich.console import Console

from bench import (
    actors,
    burst,
    calls,
    delay,
    drift,
    fanout,
    governor,
    isolation,
    lists,
    nodes,
    orders,
    pools,
    recovery,
    turns,
    webhooks,
)
from bench.effort import FULL, QUICK
from bench.failure import NotMeasured
from bench.machine import describe
from bench.peers import subject as peers
from bench.place import Place, open_place
from bench.show import document, table

SUBJECTS: Mapping[str, Callable[[Place], Awaitable[None]]] = {
    "webhooks": webhooks.measure,
    "delay": delay.measure,
    "recovery": recovery.measure,
    "turns": turns.measure,
    "actors": actors.measure,
    "pools": pools.measure,
    "orders": orders.measure,
    "calls": calls.measure,
    "burst": burst.measure,
    "governor": governor.measure,
    "drift": drift.measure,
    "isolation": isolation.measure,
    "nodes": nodes.measure,
    "lists": lists.measure,
    "fanout": fanout.measure,
    "peers": peers.measure,
}


def run(only: list[str] | None = None, quick: bool = False, as_json: bool = False, entrants: Sequence[str] = ()) -> int:
    """Measure all subjects, or only the named ones; return 0, 1 where one could not be measured, 2 for an unknown name.

    Of the peers all are measured, or only the ``entrants`` of these names.

    With ``as_json`` the last line of standard output is one JSON object, and all else goes to standard error. An aim
    that was missed is shown and is no failure: it may be the machine's.
    """
    console = Console(stderr=as_json, width=None if sys.stdout.isatty() else 160)
    for wanted, there in ((only or (), tuple(SUBJECTS)), (entrants, peers.words())):
        if strange := sorted(set(wanted) - set(there)):
            console.print(f"There is no {strange[0]} to measure; choose from {', '.join(there)}.")
            return 2
    names = [name for name in SUBJECTS if not only or name in only]
    return anyio.run(_measure, names, entrants, quick, as_json, console)


async def _measure(names: Sequence[str], entrants: Sequence[str], quick: bool, as_json: bool, console: Console) -> int:
    began = time.monotonic()
    effort = replace(QUICK if quick else FULL, entrants=tuple(entrants))
    async with open_place(effort, lambda line: console.print(line, highlight=False)) as place:
        machine = describe(place.folder)
        for name in names:
            await _one(place, name)
    console.print(table(place.figures, machine))
    for line in (*place.skipped, *place.failed):
        console.print(line)
    if as_json:
        seconds = round(time.monotonic() - began, 1)
        told = document(place.figures, machine, place.skipped, place.failed, quick=quick, seconds=seconds)
        sys.stdout.write(told + "\n")
    return 1 if place.failed else 0


async def _one(place: Place, name: str) -> None:
    """Measure one subject; what keeps it from being measured is told, and the next one has its turn."""
    try:
        with anyio.fail_after(place.effort.deadline):
            await SUBJECTS[name](place)
    except* (NotMeasured, TimeoutError, OSError, httpx2.HTTPError) as failed:
        place.failed += [f"failed: {name}: {str(error) or type(error).__name__}" for error in leaves(failed)]


def leaves(group: BaseExceptionGroup[Exception]) -> list[BaseException]:
    """Return the errors in a group, however deep."""
    found: list[BaseException] = []
    for error in group.exceptions:
        found += leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return found
