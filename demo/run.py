"""The demo from beginning to end; ``run`` is what the command line calls."""

from __future__ import annotations

import json
import random
import signal
import sys
import time
from math import inf
from typing import Any

import anyio
from anyio.abc import TaskGroup
from rich.console import Console
from rich.live import Live

from demo.alerts import answer_alerts
from demo.api import Api, Json
from demo.board import Board
from demo.day import Day
from demo.failure import DemoFailed
from demo.mishaps import go_wrong
from demo.plan import Plan
from demo.scenes import SCENES
from demo.screen import keep_fresh, plain_line, shown
from demo.shopkeeper import publish_anew
from demo.site import Site, open_site
from demo.verdict import come_to_rest, make_summary
from demo.wholesaler import Wholesaler

PLAIN_PAUSE = 5.0


def run(
    for_seconds: float | None = None,
    as_json: bool = False,
    faults: str = "none",
    seed: int = 7,
    nodes: int = 1,
    database: str | None = None,
    port: int | None = None,
    speed: float = 20.0,
    **other: Any,
) -> int:
    """Run the demo and return the exit status: 0 where everything ended as it should, 1 where something did not.

    Without ``for_seconds`` it goes on until Ctrl-C, which is a good end. With ``as_json`` the last line of standard
    output is one JSON object, and everything else goes to standard error.
    """
    plan = Plan(for_seconds, as_json, faults, seed, nodes, database, port, speed, **other)
    console = Console(stderr=as_json)
    if (problem := plan.problem()) is not None:
        return _fail(plan, console, problem)
    try:
        return anyio.run(_perform, plan, console)
    except BaseExceptionGroup as group:
        return _fail(plan, console, str(_reason(group)))
    except DemoFailed as failure:
        return _fail(plan, console, str(failure))


def _fail(plan: Plan, console: Console, reason: str) -> int:
    console.print(reason, style="red", markup=False, highlight=False, soft_wrap=True)
    if plan.as_json:
        _write({"ok": False, "faults": plan.faults, "seed": plan.seed, "problems": [reason]})
    return 1


def _reason(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return what the demo knows how to say; anything else is a bug and goes on as it came."""
    expected = group.subgroup(DemoFailed)
    if expected is None or group.split(DemoFailed)[1] is not None:
        raise group
    first: BaseException = expected
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    return first


def _write(summary: Json) -> None:
    sys.stdout.write(json.dumps(summary) + "\n")
    sys.stdout.flush()


async def _perform(plan: Plan, console: Console) -> int:
    board, summary = Board(), Json()
    async with anyio.create_task_group() as group:
        group.start_soon(_heed_signals, group)
        async with shown(console, board) as live, open_site(plan, board) as site:
            summary = await _live_through(site, board, live)
        group.cancel_scope.cancel()
    return _conclude(plan, console, summary)


async def _heed_signals(group: TaskGroup) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            group.cancel_scope.cancel()


def _conclude(plan: Plan, console: Console, summary: Json) -> int:
    if not summary:
        return 0 if plan.for_seconds is None else 130
    for problem in summary["problems"]:
        console.print(problem, style="red", markup=False)
    if plan.as_json:
        _write(summary)
    else:
        console.print_json(data=summary)
    return 0 if summary["ok"] else 1


async def _live_through(site: Site, board: Board, live: Live | None) -> Json:
    """Set up, open, close, and come to rest; without closing time it goes on until it is cancelled."""
    plan, api = site.plan, Api(site.http, site.hub_url, site.token)
    board.say(f"The hub runs at {site.hub_url}/graphql, the simulated platforms at {site.sandbox_url}")
    channels = await Wholesaler(site, api, board).set_up()
    closes = inf if plan.for_seconds is None else time.monotonic() + plan.for_seconds
    day = Day(site, api, board, channels, closes, random.Random(plan.seed))  # noqa: S311
    if live is None and plan.for_seconds is None:
        board.say(f"Token: {site.token}")
    async with anyio.create_task_group() as watching:
        watching.start_soon(lambda: keep_fresh(site, api, board, live, invite=plan.for_seconds is None))
        watching.start_soon(answer_alerts, api, board)
        if live is None:
            watching.start_soon(_report, board)
        await _open_shop(day)
        board.say("Closing time; waiting for everything to come to rest")
        await publish_anew(day)
        ledger = await come_to_rest(site, api, board, day.parcels)
        watching.cancel_scope.cancel()
    return await make_summary(day, ledger)


async def _open_shop(day: Day) -> None:
    day.board.say("The shops are open")
    async with anyio.create_task_group() as scenes:
        for scene in SCENES:
            scenes.start_soon(scene, day)
        if day.closes < inf:
            scenes.start_soon(go_wrong, day)


async def _report(board: Board) -> None:
    """Say how things stand every few seconds, where no picture does."""
    while True:
        await anyio.sleep(PLAIN_PAUSE)
        if board.ledger:
            board.say(plain_line(board))
