"""What the ledger and the books say after a run: the promises, one by one."""

from __future__ import annotations

from typing import Any

from demo.books import compare_books, count_held, read_certificates
from demo.day import Day
from demo.verdict import examples, problems, uncertified
from torture import machine
from torture.place import Place
from torture.recovery import Tally, recovered

Json = dict[str, Any]


async def judge(place: Place, day: Day, ledger: Json, tally: Tally) -> Json:
    """Return the verdict on one database as plain data; ``problems`` is empty where every promise was kept.

    That a recovery took long is told and is no broken promise: how fast a machine is decides that. In the end
    everything must have recovered.
    """
    wrong = [f"in the end {left}" for left in sorted((await recovered(place)).left)]
    differing = await compare_books(place.site, day.api)
    forwarded, certificates = await read_certificates(day.api)
    wrong += problems(ledger, day.parcels) + differing + uncertified(forwarded, certificates)
    tracking = ledger["tracking"]
    return {
        "ok": not wrong,
        "nodes": place.plan.nodes,
        "seconds": round(day.board.seconds, 1),
        "machine": machine.told(place.site.sandbox.pid),
        "disk": place.disk.name,
        **tally.told(),
        "ended_by_themselves": place.fallen,
        "killed_after_sigterm": place.deaf,
        "sold": ledger["sold"],
        "orders_in_exact": ledger["forwarded"],
        "lost": ledger["lost"],
        "doubled": ledger["duplicates"],
        "wrong_totals": ledger["wrong_totals"],
        "oversold_by_hub": ledger["oversold_by_hub"],
        "oversold_units": ledger["oversold_units"],
        "stock_converged": ledger["stock_converged"],
        "parcels": {
            "delivered": tracking["delivered"],
            "confirmed": tracking["confirmed"],
            "doubled": tracking["doubled"],
            "untold": tracking["missing"],
            "wrong": tracking["wrong"],
        },
        "certificates": certificates,
        "books_equal_channels": not differing,
        "held_orders": await count_held(day.api),
        "calls": ledger["calls"],
        "problems": wrong,
        **({"details": await examples(day.api, ledger)} if wrong else {}),
    }
