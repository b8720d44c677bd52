"""What goes wrong on a busy day, one thing after the other."""

from __future__ import annotations

import time

import anyio

from demo.day import Day

BURST = 1000
LONGEST_OUTAGE = 4.0
MISSED_SALES = 3
LONGEST_ABSENCE = 15.0


async def go_wrong(day: Day) -> None:
    """A stock count of 1,000 changes, an outage of Exact, a node killed, subscriptions forgotten."""
    if await day.until(0.12):
        await _count_stock(day)
    if await day.until(0.28):
        await _lose_exact(day)
    if await day.until(0.5):
        await _lose_node(day)
    if await day.until(0.75):
        await day.site.control.act("drop-subscriptions")
        day.board.say("Exact forgot every webhook subscription")


async def _count_stock(day: Day) -> None:
    counted = await day.site.control.act("count-burst", count=BURST)
    day.board.say(f"A stock count changes {(counted or {}).get('changed', 0):,} positions in Exact at once")


async def _lose_exact(day: Day) -> None:
    seconds = min(LONGEST_OUTAGE, (day.closes - day.opened) / 10)
    day.board.say(f"Exact is down for {seconds:.0f} seconds")
    await day.site.control.act("outage", platform="exact", on=True)
    await anyio.sleep(seconds)
    await day.site.control.act("outage", platform="exact", on=False)
    day.board.say("Exact is back")


async def _lose_node(day: Day) -> None:
    """Kill the last node, let buyers go on for a while, start it again.

    Where it was the only one the ledger is told: nobody can act who does not run.
    """
    node, alone = day.site.nodes[-1], len(day.site.nodes) == 1
    if alone:
        await day.site.control.act("hub-down", on=True)
    await node.child.kill()
    day.board.say(f"kill -9 {node.child.name}, in the middle of everything")
    await _sales_go_on(day)
    await node.start()
    day.board.restarts += 1
    if alone:
        await day.site.control.act("hub-down", on=False)
    day.board.say(f"{node.child.name} runs again")


async def _sales_go_on(day: Day) -> None:
    """Wait until some orders were placed that no webhook could announce."""
    before = (await day.site.control.ledger())["sold"]
    deadline = time.monotonic() + LONGEST_ABSENCE
    while day.open and time.monotonic() < deadline:
        if (await day.site.control.ledger())["sold"] >= before + MISSED_SALES:
            return
        await anyio.sleep(0.1)
