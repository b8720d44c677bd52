"""What is asked of every entrant: to accept, to follow at a steady rate and busily, and to rise from a kill -9."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import anyio
import httpx2

from bench.away import away
from bench.called import LOOK_AGAIN, last_calls
from bench.calling import CALLS
from bench.deliveries import stock_keys
from bench.figure import percentile
from bench.load import Answers, drip, pour
from bench.peers.entrants import Entrant, Running
from bench.place import Place

CONNECTIONS = 32
KILLED, WARM = 150, 40
PATIENCE = 60.0
RISING = 30.0
"""So long after a kill is waited for jobs that were accepted; what has not come by then is lost or stuck."""


@dataclass(slots=True)
class Runs:
    """Results of the rounds: per second, or milliseconds; CPU as (its own, its server's) per webhook."""

    rates: list[float] = field(default_factory=list)
    half: list[float] = field(default_factory=list)
    slow: list[float] = field(default_factory=list)
    steady: list[tuple[float, float]] = field(default_factory=list)
    busy: list[tuple[float, float]] = field(default_factory=list)


def own(spent: Sequence[tuple[float, float]]) -> list[float]:
    """Return the CPU of the entrant's own processes."""
    return [one for one, _ in spent]


def of_server(spent: Sequence[tuple[float, float]]) -> list[float]:
    """Return the CPU of its server."""
    return [one for _, one in spent]


async def accept(place: Place, entrant: Entrant, platform: str, runs: Runs) -> None:
    """Pour webhooks as fast as they are answered; jobs are not done meanwhile, unless the peer does them where it
    accepts them (DBOS)."""
    async with (
        entrant.served(place) as server,
        entrant.start(place, server, platform, True, False) as running,
    ):
        await _poured(running, stock_keys(WARM))
        for _ in range(place.effort.peers):
            runs.rates.append((await _poured(running, stock_keys(entrant.pace.accepted))).rate)


async def follow(place: Place, entrant: Entrant, platform: str, runs: Runs) -> None:
    """Let webhooks be followed to their last call: at a steady rate, then as fast as they are taken."""
    rate, flood = entrant.pace.rate, entrant.pace.flood
    async with (
        entrant.served(place) as server,
        entrant.start(place, server, platform, True, True) as running,
        httpx2.AsyncClient(base_url=platform, trust_env=False, timeout=PATIENCE) as calls,
    ):
        await _steady(running, calls, WARM, rate, Runs())
        for _ in range(place.effort.peers):
            await _steady(running, calls, int(place.effort.steady_seconds * rate), rate, runs)
            keys, before = stock_keys(flood), running.cpu()
            await _poured(running, keys)
            await last_calls(calls, keys, PATIENCE)
            runs.busy.append(_each(before, running.cpu(), flood))


async def _steady(running: Running, calls: httpx2.AsyncClient, count: int, rate: float, runs: Runs) -> None:
    keys, before = stock_keys(count), running.cpu()
    answers = (await away(drip, running.port, running.requests(keys), rate)).all_taken()
    arrived = await last_calls(calls, keys, PATIENCE)
    runs.steady.append(_each(before, running.cpu(), count))
    delays = [arrived[key] - sent for key, sent in zip(keys, answers.sent_at, strict=True)]
    runs.half.append(percentile(delays, 0.5) * 1000)
    runs.slow.append(percentile(delays, 0.99) * 1000)


def _each(before: tuple[float, float], after: tuple[float, float], count: int) -> tuple[float, float]:
    (own_before, server_before), (own_after, server_after) = before, after
    return 1000 * (own_after - own_before) / count, 1000 * (server_after - server_before) / count


async def _poured(running: Running, keys: Sequence[str]) -> Answers:
    return (await away(pour, running.port, running.requests(keys), CONNECTIONS)).all_taken()


@dataclass(frozen=True, slots=True)
class Aftermath:
    """Of the webhooks accepted before a kill -9: how many were not followed yet, how many never were, how many calls
    came again until all were, and the seconds from being up again to the last call."""

    unfinished: int
    lost: int
    repeated: int
    seconds: float


def aftermath(keys: Sequence[str], before: Mapping[str, float], again: Mapping[str, float], up_at: float) -> Aftermath:
    """Judge by the calls, each with its time, that the platform saw before and after."""
    last = [f"/{key}/{CALLS}" for key in keys]
    return Aftermath(
        unfinished=sum(path not in before for path in last),
        lost=sum(path not in before and path not in again for path in last),
        repeated=len(before.keys() & again.keys()),
        seconds=max(0.0, max(again.values(), default=up_at) - up_at),
    )


async def rise(place: Place, entrant: Entrant, platform: str) -> Aftermath:
    """Kill what has accepted webhooks and not yet followed them all, and start it again on the same server."""
    keys = stock_keys(KILLED)
    async with (
        entrant.served(place) as server,
        httpx2.AsyncClient(base_url=platform, trust_env=False, timeout=PATIENCE) as http,
    ):
        async with entrant.start(place, server, platform, True, True) as running:
            await _poured(running, keys)
            await running.kill()
        before = (await http.get("/log")).json()
        again: dict[str, float] = {}
        async with entrant.start(place, server, platform, False, True):
            up_at = time.monotonic()
            with anyio.move_on_after(RISING):
                while any(f"/{key}/{CALLS}" not in before | again for key in keys):
                    await anyio.sleep(LOOK_AGAIN)
                    again |= (await http.get("/log")).json()
        return aftermath(keys, before, again, up_at)
