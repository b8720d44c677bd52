"""From a webhook to the fourth call that follows from it, at a steady 200 a second, and the CPU that this takes."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx2

from bench.away import away
from bench.called import last_calls
from bench.children import Child, child
from bench.deliveries import exact_requests, stock_keys
from bench.figure import Aim, figure, percentile
from bench.load import Answers, drip, pour
from bench.place import Place

RATE = 200.0
AT_ONCE = 32
FLOOD = 500
TENANTS = 20
PATIENCE = 20.0
DELAY = Aim(10, most=True)
WHOLE = Aim(1.5, most=True)
ON_TOP = Aim(1.0, most=True)


@dataclass(slots=True)
class Runs:
    """Milliseconds: delays at p50 and p99 per round, CPU per webhook in all, and what its calls alone take (p99, CPU).

    ``busy`` is the CPU where webhooks come as fast as they are taken, and so share transactions.
    """

    half: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    busy_calls: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    acceptance: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)
    calls_slow: list[float] = field(default_factory=list)

    @property
    def on_top(self) -> list[float]:
        """CPU on top of what the calls cost the HTTP client."""
        return [whole - calls for whole, calls in zip(self.cpu, self.calls, strict=True)]

    @property
    def busy_on_top(self) -> list[float]:
        """The same where the hub is busy."""
        return [whole - calls for whole, calls in zip(self.busy, self.busy_calls, strict=True)]


async def measure(place: Place) -> None:
    """Measure each database; the actors run in the process that takes the webhooks."""
    async with child("bench.platform", place.folder, {}) as platform:
        for dialect in place.dialects:
            plan = {"folder": str(place.folder), "tenants": TENANTS, "platform_url": platform.facts["url"]}
            plan["database_url"] = await place.database(dialect)
            async with child("bench.server", place.folder, plan) as server:
                runs = await _rounds(place, server, platform)
            _add(place, dialect, runs)


async def _rounds(place: Place, server: Child, platform: Child) -> Runs:
    url, runs = f"http://127.0.0.1:{server.facts['port']}", Runs()
    async with (
        httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60) as hub,
        httpx2.AsyncClient(base_url=platform.facts["url"], trust_env=False) as calls,
    ):
        count = int(place.effort.steady_seconds * RATE)
        await _round(server, hub, calls, 2 * TENANTS, Runs())
        for _ in range(place.effort.rounds):
            await _round(server, hub, calls, count, runs)
            await _flood(server, hub, calls, FLOOD, runs)
    return runs


async def _round(server: Child, hub: httpx2.AsyncClient, calls: httpx2.AsyncClient, count: int, runs: Runs) -> None:
    keys = stock_keys(count)
    before = await _cpu(hub)
    answers = await _dripped(server, keys)
    arrived = await last_calls(calls, keys, PATIENCE)
    runs.cpu.append((await _cpu(hub) - before) / count * 1000)
    alone, took = await _calls_alone(hub, calls, count, RATE)
    runs.calls.append(alone)
    runs.calls_slow.append(percentile(took, 0.99) * 1000)
    delays = [arrived[key] - sent for key, sent in zip(keys, answers.sent_at, strict=True)]
    runs.half.append(percentile(delays, 0.5) * 1000)
    runs.slow.append(percentile(delays, 0.99) * 1000)
    runs.acceptance.append(percentile(answers.took, 0.99) * 1000)


async def _flood(server: Child, hub: httpx2.AsyncClient, calls: httpx2.AsyncClient, count: int, runs: Runs) -> None:
    keys = stock_keys(count)
    requests, before = exact_requests(server.facts["connections"], keys), await _cpu(hub)
    (await away(pour, server.facts["port"], requests, AT_ONCE)).all_taken()
    await last_calls(calls, keys, PATIENCE)
    runs.busy.append((await _cpu(hub) - before) / count * 1000)
    runs.busy_calls.append((await _calls_alone(hub, calls, count, 0.0))[0])


async def _calls_alone(
    hub: httpx2.AsyncClient, calls: httpx2.AsyncClient, count: int, rate: float
) -> tuple[float, list[float]]:
    """Return the CPU milliseconds of four calls by the HTTP client alone, and the seconds that each four took.

    They are made at a rate, or as fast as they go.
    """
    alone = (await hub.get("/bench/calls", params={"count": str(count), "rate": f"{rate:g}"})).json()
    await calls.get("/log")
    return float(alone["cpu"]) / count * 1000, alone["took"]


async def _dripped(server: Child, keys: list[str]) -> Answers:
    requests = exact_requests(server.facts["connections"], keys)
    return (await away(drip, server.facts["port"], requests, RATE)).all_taken()


async def _cpu(hub: httpx2.AsyncClient) -> float:
    return float((await hub.get("/bench/cpu")).json()["cpu"])


def _add(place: Place, dialect: str, runs: Runs) -> None:
    at = f"at {RATE:g}/s, {dialect}"
    place.add(
        figure(f"webhook to fourth call, p50 {at}", runs.half, "ms"),
        figure(
            f"webhook to fourth call, p99 {at}",
            runs.slow,
            "ms",
            bounds=runs.calls_slow,
            bound_is="the same four calls by the HTTP client alone",
            aim=DELAY,
        ),
        figure(f"webhook to its answer, p99 {at}", runs.acceptance, "ms"),
        figure(
            f"CPU per webhook with its four calls {at}",
            runs.cpu,
            "ms",
            bounds=runs.calls,
            bound_is="the same four calls by the HTTP client alone",
        ),
        figure(f"CPU per webhook on top of its calls {at}", runs.on_top, "ms", aim=ON_TOP),
        figure(
            f"CPU per webhook with its four calls, busy, {dialect}",
            runs.busy,
            "ms",
            bounds=runs.busy_calls,
            bound_is="the same four calls by the HTTP client alone",
            aim=WHOLE,
        ),
        figure(f"CPU per webhook on top of its calls, busy, {dialect}", runs.busy_on_top, "ms", aim=ON_TOP),
    )
