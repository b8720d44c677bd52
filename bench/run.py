"""What ``python main.py bench`` calls: measures, one subject after another, and shows the figures."""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

import anyio
from rich.console import Console

from bench import actors, burst, delay, orders, pools, turns, webhooks
from bench.effort import FULL, QUICK
from bench.machine import describe
from bench.place import Place, open_place
from bench.show import document, table

SUBJECTS: Mapping[str, Callable[[Place], Awaitable[None]]] = {
    "webhooks": webhooks.measure,
    "delay": delay.measure,
    "turns": turns.measure,
    "actors": actors.measure,
    "pools": pools.measure,
    "orders": orders.measure,
    "burst": burst.measure,
}


def run(only: list[str] | None = None, quick: bool = False, as_json: bool = False) -> int:
    """Measure all subjects, or only the named ones; return 0, or 2 for an unknown name.

    With ``as_json`` the last line of standard output is one JSON object, and all else goes to standard error. An aim
    that was missed is shown and is no failure: it may be the machine's.
    """
    console = Console(stderr=as_json, width=None if sys.stdout.isatty() else 160)
    strange = sorted(set(only or ()) - SUBJECTS.keys())
    if strange:
        console.print(f"There is no {strange[0]} to measure; choose from {', '.join(SUBJECTS)}.")
        return 2
    anyio.run(_measure, [name for name in SUBJECTS if not only or name in only], quick, as_json, console)
    return 0


async def _measure(names: Sequence[str], quick: bool, as_json: bool, console: Console) -> None:
    began = time.monotonic()
    async with open_place(QUICK if quick else FULL, lambda line: console.print(line, highlight=False)) as place:
        machine = describe(place.folder)
        for name in names:
            await SUBJECTS[name](place)
    console.print(table(place.figures, machine))
    for line in place.skipped:
        console.print(line)
    if as_json:
        seconds = round(time.monotonic() - began, 1)
        sys.stdout.write(document(place.figures, machine, place.skipped, quick=quick, seconds=seconds) + "\n")
