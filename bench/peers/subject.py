"""The hub beside others that do the same bare job, on the same machine in the same run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import anyio.to_thread
import httpx2

from bench.children import child
from bench.failure import NotMeasured
from bench.figure import figure
from bench.peers import environment, n8n
from bench.peers.entrants import USUAL, Entrant, hubs, peers
from bench.peers.environment import Missing
from bench.peers.rounds import KILLED, Aftermath, Runs, accept, follow, of_server, own, rise
from bench.place import Place

LATENCY = 0.02
"""Seconds that each call takes where everything is killed, so that there is something under way."""
FLOOR = "the same endpoint and calls, nothing kept"


async def measure(place: Place, folder: Path = environment.FOLDER) -> None:
    """Measure the floor, each peer that can be had, and the hub; the others are told with what they lack."""
    if not place.effort.peers:
        place.skipped.append("skipped: peers are measured without --quick")
        return
    floor = Runs()
    for entrant in await _present(place, folder):
        try:
            runs = await _one(place, entrant, floor)
        except Missing as error:
            place.skipped.append(f"skipped: peers: {entrant.name}: {error}")
        except (NotMeasured, OSError, httpx2.HTTPError) as error:
            place.failed.append(f"failed: peers: {entrant.name}: {str(error) or type(error).__name__}")
        else:
            floor = floor if entrant.keeps else runs


def words() -> tuple[str, ...]:
    """Return what entrants are chosen by."""
    everybody = (*peers(environment.FOLDER), *n8n.entrants(environment.FOLDER), *hubs())
    return tuple(dict.fromkeys(one.word for one in everybody))


async def _present(place: Place, folder: Path) -> Sequence[Entrant]:
    """Return who is to be measured and can be; the environment of most peers is made if it is not there yet."""
    in_python, others = _chosen(place, peers(folder)), _chosen(place, (*n8n.entrants(folder), *hubs()))
    try:
        if in_python:
            place.say("The peers' environment is made if it is not there yet.")
            await anyio.to_thread.run_sync(environment.environment, folder)
    except Missing as error:
        place.skipped.append(f"skipped: peers: those in Python: {error}")
        return others
    return (*in_python, *others)


def _chosen(place: Place, entrants: Sequence[Entrant]) -> Sequence[Entrant]:
    wanted = place.effort.entrants
    return [one for one in entrants if not wanted or one.word in wanted]


async def _one(place: Place, entrant: Entrant, floor: Runs) -> Runs:
    runs = Runs()
    async with child("bench.platform", place.folder, {}) as platform:
        await accept(place, entrant, platform.facts["url"], runs)
        await follow(place, entrant, platform.facts["url"], runs)
    _add(place, entrant, runs, floor)
    if entrant.keeps:
        async with child("bench.platform", place.folder, {"latency": LATENCY}) as platform:
            risen = [await rise(place, entrant, platform.facts["url"]) for _ in range(place.effort.peers)]
        _add_risen(place, entrant.name, risen)
    return runs


def _add(place: Place, entrant: Entrant, runs: Runs, floor: Runs) -> None:
    rate = f"at {entrant.pace.rate:g}/s"
    alike = floor if entrant.pace == USUAL else Runs()  # What another pace costs bounds nothing.
    measured = [
        ("webhooks accepted durably" if entrant.keeps else "webhooks accepted", runs.rates, "/s", floor.rates),
        (f"webhook to fourth call, p50 {rate}", runs.half, "ms", alike.half),
        (f"webhook to fourth call, p99 {rate}", runs.slow, "ms", alike.slow),
        (f"CPU per webhook, {rate}", own(runs.steady), "ms", own(alike.steady)),
        (f"CPU of its server per webhook, {rate}", of_server(runs.steady), "ms", []),
        ("CPU per webhook, busy", own(runs.busy), "ms", own(floor.busy)),
        ("CPU of its server per webhook, busy", of_server(runs.busy), "ms", []),
    ]
    for what, values, unit, bounds in measured:
        if any(values):  # Who has no server has none of its CPU.
            place.add(
                figure(f"{entrant.name}: {what}", values, unit, bounds=bounds or None, bound_is=FLOOR if bounds else "")
            )


def _add_risen(place: Place, name: str, risen: Sequence[Aftermath]) -> None:
    after = f"after kill -9 of {KILLED}"
    place.add(
        figure(
            f"{name}: webhooks not followed yet at the kill, of {KILLED}",
            [float(one.unfinished) for one in risen],
            "webhooks",
        ),
        figure(f"{name}: calls repeated {after}", [float(one.repeated) for one in risen], "calls"),
        figure(
            f"{name}: lost or stuck after {len(risen)} times kill -9 of {KILLED}",
            float(sum(one.lost for one in risen)),
            "webhooks",
        ),
    )
    if any(one.seconds for one in risen):  # Else nothing came again.
        place.add(
            figure(f"{name}: until the last call {after}, from being up again", [one.seconds for one in risen], "s")
        )
