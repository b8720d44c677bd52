"""Webhooks accepted durably: signature checked, mail committed with an fsync, answered; over HTTP on loopback."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx2

from bench.away import away
from bench.children import Child, child
from bench.deliveries import bare_requests, exact_requests, stock_keys
from bench.failure import NotMeasured
from bench.figure import Aim, figure, percentile
from bench.load import pour
from bench.place import Place

BARE, GROUPED = "/bench/bare", "/bench/grouped"
TENANTS = 10
CONNECTIONS = 64
HALF = Aim(0.5, of_bound=True)


class Refused(NotMeasured):
    """The hub did not accept what the bench sent it."""


@dataclass(slots=True)
class Runs:
    """Results of the rounds so far: requests per second, and CPU milliseconds per request."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    slowest: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Target:
    """The measured server."""

    port: int
    http: httpx2.AsyncClient

    async def pour(self, requests: list[bytes], runs: Runs | None = None) -> None:
        """Send requests as fast as they are taken, and note how fast that was."""
        before = await self.cpu()
        answers = await away(pour, self.port, requests, CONNECTIONS)
        used = await self.cpu() - before
        if answers.refused:
            raise Refused(answers.refused[0])
        if runs is not None:
            runs.rates.append(answers.rate)
            runs.cpu.append(used / len(requests) * 1000)
            runs.slowest.append(percentile(answers.took, 0.99) * 1000)

    async def cpu(self) -> float:
        """Return the seconds of CPU that the server has used."""
        return float((await self.http.get("/bench/cpu")).json()["cpu"])


async def measure(place: Place) -> None:
    """Measure each database; rounds of the bare route and of the hub's alternate."""
    for dialect in place.dialects:
        plan = {"database_url": await place.database(dialect), "folder": str(place.folder), "tenants": TENANTS}
        async with child("bench.server", place.folder, plan) as server:
            await _measure(place, dialect, server)


async def _measure(place: Place, dialect: str, server: Child) -> None:
    bare, grouped, hub, port = Runs(), Runs(), Runs(), server.facts["port"]
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
        target, count = Target(port, http), place.effort.deliveries
        await target.pour(bare_requests(BARE, stock_keys(500)))
        await target.pour(exact_requests(server.facts["connections"], stock_keys(500)))
        for _ in range(place.effort.rounds):
            await target.pour(bare_requests(BARE, stock_keys(count)), bare)
            await target.pour(bare_requests(GROUPED, stock_keys(count)), grouped)
            await target.pour(exact_requests(server.facts["connections"], stock_keys(count)), hub)
    route, by_hand = "the same server, a bare route", "the same server, grouped inserts by hand"
    place.add(
        figure(f"webhooks accepted durably, {dialect}", hub.rates, "/s", bounds=bare.rates, bound_is=route, aim=HALF),
        figure(
            f"webhooks accepted beside inserts by hand, {dialect}",
            hub.rates,
            "/s",
            bounds=grouped.rates,
            bound_is=by_hand,
        ),
        figure(f"webhooks, CPU each, {dialect}", hub.cpu, "ms", bounds=bare.cpu, bound_is=route),
        figure(
            f"webhooks, p99 with {CONNECTIONS} at once, {dialect}",
            hub.slowest,
            "ms",
            bounds=bare.slowest,
            bound_is=route,
        ),
    )
