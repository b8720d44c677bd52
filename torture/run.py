"""The torture from the command line: each database in turn, one verdict."""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import anyio
from anyio.abc import TaskGroup

from demo.api import Api, Refused
from demo.board import Board
from demo.day import Day
from demo.failure import DemoFailed
from demo.scenes import SCENES
from demo.shopkeeper import publish_anew
from demo.verdict import come_to_rest
from demo.wholesaler import Wholesaler
from torture.attacks import under
from torture.crowd import BearableDay
from torture.place import Place, open_place
from torture.plan import LEASE, Plan, Store
from torture.recovery import LONGEST, MOST_TOLD, Recovery, Tally, recovered
from torture.schedule import Attack, draw
from torture.verdict import judge

SETUP, REST = 300.0, 240.0
"""Seconds that everything may take to be set up, and to come to rest at the end."""
PATIENCE = 400.0
"""Seconds that the day's people go on asking a hub that is away: longer than any attack and the recovery from it."""
PATIENT = 60.0
"""Seconds of recovery that are at most kept free before closing time."""
STOPPED = "It was stopped by a signal."
ENOUGH = 1_000_000
"""Calls to Exact in a day: what a compressed day allows is not what is looked at here."""

Json = dict[str, Any]
Scene = Callable[[Day], Awaitable[None]]


def run(plans: Sequence[Plan], as_json: bool) -> int:
    """Torture the hub and return the exit status: 0 where every promise was kept on every database, else 1.

    With ``as_json`` the last line of standard output is one JSON object. Everything else goes to standard error.
    """
    told: dict[Store, Json] = {}
    for plan in plans:
        told[plan.store] = _tortured(plan)
        if told[plan.store]["problems"] == [STOPPED]:
            break
    summary = {
        "ok": all(one["ok"] for one in told.values()),
        "minutes": plans[0].minutes,
        "seed": plans[0].seed,
        "faults": list(plans[0].faults),
        "databases": told,
    }
    sys.stdout.write(json.dumps(summary, indent=None if as_json else 2) + "\n")
    sys.stdout.flush()
    return 0 if summary["ok"] else 1


def _tortured(plan: Plan) -> Json:
    board = Board(tell=lambda line: _say(f"{plan.store}: {line}"))
    try:
        return anyio.run(_within_bounds, plan, board)
    except BaseExceptionGroup as group:
        expected, other = group.split((DemoFailed, TimeoutError))
        if expected is None or other is not None:
            raise
        return _failed(board, _first(expected))
    except (DemoFailed, TimeoutError) as failure:
        return _failed(board, failure)


def _failed(board: Board, reason: BaseException) -> Json:
    text = str(reason) or "It did not come to its end in time."
    board.say(text)
    return {"ok": False, "problems": [text]}


def _first(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


async def _within_bounds(plan: Plan, board: Board) -> Json:
    """Run one database, but not for ever."""
    told = Json()
    async with anyio.create_task_group() as group:
        group.start_soon(_heed_signals, group)
        with anyio.fail_after(SETUP + plan.minutes * 60 + LONGEST + REST + PATIENCE):
            async with open_place(plan, board) as place:
                told = await _live_through(place, board)
        group.cancel_scope.cancel()
    if not told:
        raise DemoFailed(STOPPED)
    return told


async def _heed_signals(group: TaskGroup) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            group.cancel_scope.cancel()


async def _live_through(place: Place, board: Board) -> Json:
    site, tally = place.site, Tally()
    api = Api(site.http, site.hub_url, site.token, PATIENCE)
    await site.control.act("settings", platform="exact", day_limit=ENOUGH)
    channels = await Wholesaler(site, api, board).set_up()
    closes = time.monotonic() + place.plan.minutes * 60
    day = BearableDay(site, api, board, channels, closes, random.Random(place.plan.seed))
    board.say("The shops are open")
    async with anyio.create_task_group() as scenes:
        for scene in SCENES:
            scenes.start_soon(_insist, scene, day)
        scenes.start_soon(day.watch)
        await _torture(place, day, tally)
    board.say("Closing time; waiting for everything to come to rest")
    await publish_anew(day)
    ledger = await come_to_rest(site, api, board, day.parcels, REST)
    told = await judge(place, day, ledger, tally)
    board.problems = told["problems"]
    return told


async def _insist(scene: Scene, day: Day) -> None:
    """Let a scene go on after the hub refused something, as people do: what they saw may be old by then."""
    while day.open:
        try:
            await scene(day)
        except Refused as refusal:
            day.board.say(f"refused: {refusal}")


async def _torture(place: Place, day: Day, tally: Tally) -> None:
    """Attack one time after the other, once at least; each recovery is waited for.

    None begins that would keep the run beyond closing time, should it take as long as the longest so far.
    """
    plan = place.plan
    for attack in draw(plan.seed, plan.ways, nodes=plan.nodes, lease=LEASE):
        ends = time.monotonic() + attack.pause + attack.hold + min(tally.longest, PATIENT)
        if tally.longest and ends > day.closes:
            return
        await anyio.sleep(attack.pause)
        async with under(place, attack) as met:
            await anyio.sleep(attack.hold)
            landed = met()
        recovery = await recovered(place)
        tally.note(attack, recovery, landed=landed)
        day.board.say(_told(attack, recovery, landed=landed))


def _told(attack: Attack, recovery: Recovery, *, landed: bool) -> str:
    what = f"{attack.name} on node {attack.node + 1} for {attack.hold:.1f} s"
    what += f", wrong by {attack.step:+.0f} s" if attack.step else ""
    what += "" if landed else ", met nothing"
    if recovery.left:
        return f"{what}: after {recovery.seconds:.1f} s still {_some(recovery.left)}"
    last = f", last {_some(recovery.last)}" if recovery.last else ""
    return f"{what}: all well after {recovery.seconds:.1f} s{last}"


def _some(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)[:MOST_TOLD])
