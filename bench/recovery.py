"""After a kill -9 with webhooks accepted and not yet followed: until all are, and how many calls come twice."""

from __future__ import annotations

import time
from typing import Any

import anyio
import httpx2

from bench.away import away
from bench.calling import CALLS
from bench.children import Child, child
from bench.deliveries import exact_requests, stock_keys
from bench.failure import NotMeasured
from bench.figure import Aim, figure
from bench.load import pour
from bench.place import Place

TENANTS = 20
WEBHOOKS = 150
AT_ONCE = 32
PATIENCE = 60.0
WITHIN = Aim(1.0, most=True)
IN_FLIGHT = Aim(float(TENANTS * CALLS), most=True)
"""Each actor has one turn under way, and a turn that was not committed is taken again from its first call."""


class Lost(NotMeasured):
    """Something that was accepted before the kill was never followed."""


async def measure(place: Place) -> None:
    """Kill and restart a hub on each database; its actors each have one turn in flight at most."""
    async with child("bench.platform", place.folder, {}) as platform:
        for dialect in place.dialects:
            runs = [await _one(place, dialect, platform) for _ in range(place.effort.rounds)]
            place.add(
                figure(
                    f"kill -9 to all delivered, from being up again, {dialect}",
                    [seconds for seconds, _ in runs],
                    "s",
                    aim=WITHIN,
                ),
                figure(
                    f"calls repeated after kill -9 of {WEBHOOKS * CALLS}, {dialect}",
                    [float(repeated) for _, repeated in runs],
                    "calls",
                    aim=IN_FLIGHT,
                ),
            )


async def _one(place: Place, dialect: str, platform: Child) -> tuple[float, int]:
    """Return the seconds from being up again to the last call, and how many calls came twice."""
    plan: dict[str, Any] = {"folder": str(place.folder), "tenants": TENANTS, "platform_url": platform.facts["url"]}
    plan["database_url"] = await place.database(dialect)
    keys = stock_keys(WEBHOOKS)
    async with httpx2.AsyncClient(base_url=platform.facts["url"], trust_env=False, timeout=PATIENCE) as http:
        async with child("bench.server", place.folder, plan) as server:
            await away(pour, server.facts["port"], exact_requests(server.facts["connections"], keys), AT_ONCE)
            server.process.kill()
            await server.process.wait()
        before = set((await http.get("/log")).json())
        async with child("bench.server", place.folder, plan | {"tenants": 0}):
            up_at = time.monotonic()
            again: dict[str, float] = {}
            with anyio.move_on_after(PATIENCE):
                while any(f"/{key}/{CALLS}" not in before | again.keys() for key in keys):
                    again |= (await http.get("/log")).json()
                    await anyio.sleep(0.02)
                return max(again.values(), default=up_at) - up_at, len(before & again.keys())
    raise Lost(f"of {WEBHOOKS} webhooks accepted before a kill -9, some were never followed")
