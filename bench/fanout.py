"""Subscriptions: a thousand subscribers over WebSockets who are told of every event that is committed."""

from __future__ import annotations

import resource
from dataclasses import dataclass, field

from bench.audience import Stage, listen_all
from bench.away import away
from bench.children import Child, child
from bench.figure import Aim, figure
from bench.place import Place

SUBSCRIBERS = 1000
FILES = 4096
THIRD = Aim(0.35, of_bound=True)
"""30,000 a second where the same text sent to all makes 86,000."""
LIKE_TOLD = (
    b'{"id":"1","type":"next","payload":{"data":{"syncEvents":{"cursor":"WzEyM10","at":"2026-11-23T12:00:00.123456Z",'
    b'"kind":"order.imported","level":"info","message":"event 123"}},'
    b'"extensions":{"cost":{"requested":10,"limit":10000}}}}'
)


@dataclass(slots=True)
class Runs:
    """Deliveries per second, and microseconds of the server's CPU for each."""

    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


async def measure(place: Place) -> None:
    """Measure on SQLite; rounds of subscriptions and of the same text to all alternate."""
    allow_files()
    plan = {"database_url": await place.database("sqlite"), "orders": 1}
    async with child("bench.api", place.folder, plan) as server:
        await _measure(place, server)


async def _measure(place: Place, server: Child) -> None:
    port, token = server.facts["port"], server.facts["token"]
    told = Stage(port, "/graphql", token, "/bench/happen?each=10&")
    sung = Stage(port, "/bench/chorus", "", "/bench/sing?", LIKE_TOLD)
    subscriptions, same = Runs(), Runs()
    for _ in range(place.effort.rounds):
        await _round(sung, place.effort.events, same)
        await _round(told, place.effort.events, subscriptions)
    bound_is = "the same text sent to all over bare WebSockets"
    name = f"to {SUBSCRIBERS:,} subscribers"
    place.add(
        figure(f"deliveries {name}", subscriptions.rates, "/s", bounds=same.rates, bound_is=bound_is, aim=THIRD),
        figure(f"deliveries {name}, CPU each", subscriptions.cpu, "us", bounds=same.cpu, bound_is=bound_is),
    )


async def _round(stage: Stage, events: int, runs: Runs) -> None:
    heard = await away(listen_all, stage, SUBSCRIBERS, events)
    runs.rates.append(heard.messages / heard.seconds)
    runs.cpu.append(heard.cpu / heard.messages * 1e6)


def allow_files() -> None:
    """Let this process and its children have a socket for every subscriber."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, hard), hard))
