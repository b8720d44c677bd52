"""A stock count that changes many positions at once, under the platforms' real limits: calls used, time to converge.

The platforms' time is compressed; seconds are told as they would be at real speed. What only the machine is slow at
is stretched with them, so these figures are never too good.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import ceil
from typing import Any

import anyio
import httpx2

from bench.children import child
from bench.figure import figure
from bench.ledger import LOOK_AGAIN, NeverHappened, World
from bench.place import Place

SEED = 7
CHANNELS = ["bol", "woocommerce"]
EXACT_PAGE, WOO_BATCH, BOL_RATE = 1000, 100, 50.0
SETUP_PATIENCE, PATIENCE = 240.0, 240.0


@dataclass(frozen=True, slots=True)
class Burst:
    """What came of one: listings to change per channel, nominal seconds until each was right, calls per platform."""

    changed: dict[str, int]
    seconds: dict[str, float]
    calls: dict[str, int]


async def measure(place: Place) -> None:
    """Measure every size on SQLite, with as many goods as positions change."""
    for size, speed in place.effort.bursts.items():
        plan = {"seed": SEED, "speed": speed, "goods": size}
        async with child("bench.world", place.folder, plan) as world:
            url = world.facts["url"]
            hub = {"world": url, "channels": CHANNELS, "speed": speed, "database_url": await place.database("sqlite")}
            async with (
                child("bench.wholesaler", place.folder, hub),
                httpx2.AsyncClient(base_url=url, trust_env=False, timeout=120) as http,
            ):
                _add(place, size, await _burst(World(http), size, speed))


async def _burst(world: World, size: int, speed: float) -> Burst:
    await _caught_up(world, SETUP_PATIENCE)
    before = await _at_rest(world)
    began = time.monotonic()
    await world.act("count-burst", count=size)
    changed = {name: (await world.behind(anew=True))["behind"][name] for name in CHANNELS}
    ends = await _caught_up(world, PATIENCE)
    seconds = {name: (end - began) * speed for name, end in ends.items()}
    told = await _at_rest(world)
    calls = {name: count - before["calls"].get(name, 0) for name, count in told["calls"].items()}
    return Burst(changed, seconds, calls)


async def _caught_up(world: World, patience: float) -> dict[str, float]:
    """Wait until all channels show what they should, and return when each did; looking takes a tenth of the time."""
    ends: dict[str, float] = {}
    deadline = time.monotonic() + patience
    while len(ends) < len(CHANNELS):
        asked = time.monotonic()
        behind = (await world.behind())["behind"]
        now = time.monotonic()
        ends |= {name: now for name in CHANNELS if not behind[name] and name not in ends}
        if now > deadline:
            raise NeverHappened(f"after {patience:.0f} s listings are still behind: {behind}")
        await anyio.sleep(max(LOOK_AGAIN, 9 * (now - asked)))
    return ends


async def _at_rest(world: World) -> dict[str, Any]:
    """Wait until no platform is called any more for half a second, and return what was told last."""
    while True:
        before = await world.behind()
        await anyio.sleep(0.5)
        after = await world.behind()
        if before["calls"] == after["calls"]:
            return after


def _add(place: Place, size: int, burst: Burst) -> None:
    of = f"a burst of {size:,}"
    least = ceil(size / EXACT_PAGE)
    bol, woo = burst.changed["bol"], burst.changed["woocommerce"]
    reading, batches = f"one read of {EXACT_PAGE:,} positions each", f"one batch of {WOO_BATCH} listings each"
    place.add(
        figure(f"Exact calls, {of}", float(burst.calls["exact"]), "calls", bounds=float(least), bound_is=reading),
        figure(
            f"bol.com calls, {of}", float(burst.calls["bol"]), "calls", bounds=float(bol), bound_is="one per listing"
        ),
        figure(
            f"WooCommerce calls, {of}",
            float(burst.calls["woocommerce"]),
            "calls",
            bounds=float(ceil(woo / WOO_BATCH)),
            bound_is=batches,
        ),
        figure(
            f"until bol.com is right, {of}",
            burst.seconds["bol"],
            "s",
            bounds=max(1.0, bol / BOL_RATE),
            bound_is=f"{BOL_RATE:g} listings a second",
        ),
        figure(f"until WooCommerce is right, {of}", burst.seconds["woocommerce"], "s"),
    )
