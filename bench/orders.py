"""Orders per hour from end to end: sold in the simulated shop, booked in the simulated Exact, without any limits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import httpx2

from bench.children import child
from bench.figure import Aim, figure
from bench.ledger import World
from bench.place import Place

CHANNELS = ["woocommerce"]
GOODS, SEED = 200, 7
PLENTY = 1_000_000_000
PATIENCE = 120.0
PROBES = 100
AN_HOUR = Aim(20_000)
SWEEPS = {"HUB_STOCK_SWEEP_SECONDS": "300"}


async def measure(place: Place) -> None:
    """Measure each database; the hub and the platforms have a process each."""
    for dialect in place.dialects:
        async with child("bench.world", place.folder, {"seed": SEED, "speed": 1.0, "goods": GOODS}) as world:
            url = world.facts["url"]
            async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as http:
                await World(http).act("settings", platform="exact", minute_limit=PLENTY, day_limit=PLENTY)
                plan = {"world": url, "channels": CHANNELS, "speed": 1.0, "settings": SWEEPS}
                plan["database_url"] = await place.database(dialect)
                async with child("bench.wholesaler", place.folder, plan):
                    await _measure(place, dialect, http)


async def _measure(place: Place, dialect: str, http: httpx2.AsyncClient) -> None:
    world, count = World(http), place.effort.orders
    before = await world.until(first_stock, PATIENCE, "the first stock")
    began = time.monotonic()
    sold = len((await world.act("sell", channel="woocommerce", count=count))["ids"])
    await world.until_booked(sold, PATIENCE)
    took = time.monotonic() - began
    after = await world.until(lambda told: told["forwarded"] >= sold, PATIENCE, "forwarding every order")
    calls = _calls(after["calls"]) - _calls(before["calls"])
    bound = 3600 / (calls / sold * await _call_seconds(http))
    told = f"its {calls / sold:.1f} calls one after another by the HTTP client"
    name = f"orders an hour, sold to booked, {dialect}"
    place.add(figure(name, sold / took * 3600, "/h", bounds=bound, bound_is=told, aim=AN_HOUR))


def first_stock(told: dict[str, Any]) -> bool:
    """Say whether the shop shows Exact's stock."""
    connected = all(name in told["calls"] for name in CHANNELS)
    return connected and not any(told["channels"][name]["shown_mismatches"] for name in CHANNELS)


def _calls(told: Mapping[str, int]) -> int:
    return sum(told.values())


async def _call_seconds(http: httpx2.AsyncClient) -> float:
    """Return how long the shortest call there is takes: one that the simulated shop refuses at its door."""
    url, began = "/woocommerce/wp-json/wc/v3/orders", time.monotonic()
    for _ in range(PROBES):
        await http.get(url)
    return (time.monotonic() - began) / PROBES
