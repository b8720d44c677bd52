"""Webhooks accepted durably: signature checked, mail committed with an fsync, answered; over HTTP on loopback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2

from bench.away import away
from bench.children import Child, child
from bench.deliveries import bare_requests, exact_requests, stock_keys
from bench.durable import times_a_second
from bench.figure import Aim, figure, percentile
from bench.load import pour, pour_at
from bench.place import Place

BARE, GROUPED = "/bench/bare", "/bench/grouped"
TENANTS = 10
CONNECTIONS = 64
HALF, MOST_OF = Aim(0.5, of_bound=True), Aim(0.6, of_bound=True)


@dataclass(slots=True)
class Runs:
    """Results of the rounds so far: requests per second, and CPU milliseconds per request."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    slowest: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Rounds:
    """What each of the compared did, and how often something was made durable with nothing else to do."""

    bare: Runs = field(default_factory=Runs)
    grouped: Runs = field(default_factory=Runs)
    hub: Runs = field(default_factory=Runs)
    durable: list[float] = field(default_factory=list)
    durable_is: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The measured server."""

    port: int
    http: httpx2.AsyncClient

    async def pour(self, requests: list[bytes], runs: Runs | None = None) -> None:
        """Send requests as fast as they are taken, and note how fast that was."""
        before = await self.cpu()
        answers = (await away(pour, self.port, requests, CONNECTIONS)).all_taken()
        used = await self.cpu() - before
        if runs is not None:
            runs.rates.append(answers.rate)
            runs.cpu.append(used / len(requests) * 1000)
            runs.slowest.append(percentile(answers.took, 0.99) * 1000)

    async def cpu(self) -> float:
        """Return the seconds of CPU that the server has used."""
        return float((await self.http.get("/bench/cpu")).json()["cpu"])


async def measure(place: Place) -> None:
    """Measure each database; rounds of the bare route, the inserts by hand, the hub and the disk alternate."""
    for dialect in place.dialects:
        url = await place.database(dialect)
        plan = {"database_url": url, "folder": str(place.folder), "tenants": TENANTS}
        async with child("bench.server", place.folder, plan) as server:
            _add(place, dialect, await _rounds(place, server, url))
            if dialect == "postgresql":
                async with child("bench.server", place.folder, {**plan, "first": TENANTS}) as other:
                    _add_both(place, await _rounds_of_both(place, (server, other), url))


async def _rounds(place: Place, server: Child, url: str) -> Rounds:
    rounds, port, count = Rounds(), server.facts["port"], place.effort.deliveries
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
        target = Target(port, http)
        await target.pour(bare_requests(BARE, stock_keys(500)))
        await target.pour(exact_requests(server.facts["connections"], stock_keys(500)))
        for _ in range(place.effort.rounds):
            await target.pour(bare_requests(BARE, stock_keys(count)), rounds.bare)
            await target.pour(bare_requests(GROUPED, stock_keys(count)), rounds.grouped)
            await target.pour(exact_requests(server.facts["connections"], stock_keys(count)), rounds.hub)
            often, rounds.durable_is = await times_a_second(place, url)
            rounds.durable.append(often)
    return rounds


async def _rounds_of_both(place: Place, servers: Sequence[Child], url: str) -> Rounds:
    """Have two nodes accept webhooks at once: one process has one core, and the server's own commits have them all."""
    rounds, each = Rounds(), place.effort.deliveries // len(servers)
    await _poured_at(servers, each)
    for _ in range(place.effort.rounds):
        rounds.hub.rates.append(await _poured_at(servers, each))
        often, rounds.durable_is = await times_a_second(place, url)
        rounds.durable.append(often)
    return rounds


async def _poured_at(servers: Sequence[Child], each: int) -> float:
    """Return the webhooks a second that all servers take together."""
    targets = {one.facts["port"]: exact_requests(one.facts["connections"], stock_keys(each)) for one in servers}
    return (await away(pour_at, targets, CONNECTIONS)).all_taken().rate


def _add_both(place: Place, rounds: Rounds) -> None:
    name = "webhooks accepted by two nodes beside what is durable one by one, postgresql"
    bounds, bound_is = rounds.durable, rounds.durable_is
    place.add(figure(name, rounds.hub.rates, "/s", bounds=bounds, bound_is=bound_is, aim=MOST_OF))


def _add(place: Place, dialect: str, rounds: Rounds) -> None:
    hub, bare, route = rounds.hub, rounds.bare, "the same server, a bare route"
    aim = MOST_OF if dialect == "sqlite" else None
    beside = (
        ("durably", bare.rates, route, HALF),
        ("beside inserts by hand", rounds.grouped.rates, "the same server, grouped inserts by hand", MOST_OF),
        ("beside what is durable one by one", rounds.durable, rounds.durable_is, aim),
    )
    place.add(
        *(
            figure(f"webhooks accepted {what}, {dialect}", hub.rates, "/s", bounds=bounds, bound_is=bound_is, aim=aim)
            for what, bounds, bound_is, aim in beside
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
