"""A stock count through the whole hub, under the platforms' real limits: calls used, and time to converge.

The platforms' time is compressed; seconds are told as they would be at real speed. What only the machine is slow at
is stretched with them, so seconds are never too good. Calls are what they are.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2

from bench import bounds
from bench.bounds import Bound, Change
from bench.calls import WITHIN
from bench.children import child
from bench.figure import figure
from bench.ledger import LOOK_AGAIN, NeverHappened, World
from bench.place import Place
from bench.tally import OTHER, STOCK

SEED = 7
CHANNELS = ["bol", "woocommerce", "amazon", "shopify"]
PATIENCE = 700.0


@dataclass(frozen=True, slots=True)
class Burst:
    """What came of one: bounds per platform, nominal seconds until each channel was right, calls by purpose."""

    bounds: dict[str, Bound]
    seconds: dict[str, float]
    calls: dict[str, Counter[str]]


async def measure(place: Place) -> None:
    """Measure every size on SQLite, with as many goods as positions change; sizes of one speed share a world."""
    for speed, sizes in place.effort.bursts.items():
        plan = {"seed": SEED, "speed": speed, "goods": max(sizes), "channels": CHANNELS}
        async with child("bench.world", place.folder, plan | {"platforms": ["exact", *CHANNELS]}) as world:
            url = world.facts["url"]
            hub = {"world": url, "channels": CHANNELS, "speed": speed, "stocked": True}
            where = {"database_url": await place.database("sqlite")}
            async with (
                child("bench.wholesaler", place.folder, hub | where),
                httpx2.AsyncClient(base_url=url, trust_env=False, timeout=120) as http,
            ):
                for size in sizes:
                    _add(place, size, await _burst(World(http), size, speed))


async def _burst(world: World, size: int, speed: float) -> Burst:
    await _caught_up(world)
    before = await _at_rest(world)
    began = time.monotonic()
    await world.act("count-burst", count=size)
    told = await world.behind(anew=True)
    ends = await _caught_up(world)
    seconds = {name: (end - began) * speed for name, end in ends.items()}
    after = await _at_rest(world)
    calls = {name: Counter(after["calls"][name]) - Counter(before["calls"].get(name, {})) for name in after["calls"]}
    return Burst({"exact": bounds.exact(size)} | _bounds(told["changes"]), seconds, calls)


def _bounds(changes: Mapping[str, Sequence[tuple[int, str | None]]]) -> dict[str, Bound]:
    return {name: bounds.least(name, [Change(*one) for one in each], len(each) or 1) for name, each in changes.items()}


async def _caught_up(world: World) -> dict[str, float]:
    """Wait until all channels show what they should, and return when each did; looking takes a tenth of the time."""
    ends: dict[str, float] = {}
    deadline = time.monotonic() + PATIENCE
    while len(ends) < len(CHANNELS):
        asked = time.monotonic()
        behind = (await world.behind())["behind"]
        now = time.monotonic()
        ends |= {name: now for name in CHANNELS if not behind[name] and name not in ends}
        if now > deadline:
            raise NeverHappened(f"after {PATIENCE:.0f} s listings are still behind: {behind}")
        await anyio.sleep(max(LOOK_AGAIN, 9 * (now - asked)))
    return ends


async def _at_rest(world: World) -> dict[str, Any]:
    """Wait until every channel was read and no stock is written or read for two seconds; return what was told last."""
    while True:
        before = await world.behind()
        await anyio.sleep(2)
        after = await world.behind()
        if _stock(before) == _stock(after):
            return after


def _stock(told: dict[str, Any]) -> dict[str, int]:
    return {name: calls.get(STOCK, 0) for name, calls in told["calls"].items()}


def _add(place: Place, size: int, burst: Burst) -> None:
    for name, bound in burst.bounds.items():
        of, calls = f"hub, {size:,} positions, {name}", burst.calls.get(name, Counter())
        least, least_is = bound.calls, bound.calls_are
        place.add(
            figure(f"{of}: calls", float(calls[STOCK]), "calls", bounds=least, bound_is=least_is, aim=WITHIN),
            figure(f"{of}: calls for other things meanwhile", float(calls[OTHER]), "calls"),
        )
        if name in burst.seconds:
            took = max(bounds.AT_ONCE, burst.seconds[name])
            place.add(figure(f"{of}: until right", took, "s", bounds=bound.seconds, bound_is=bound.seconds_are))
