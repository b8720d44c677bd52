"""Waiting until everything has come to rest, and saying whether it rests where it should."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import anyio

from demo import documents
from demo.api import Api, Json
from demo.board import Board
from demo.books import compare_books, count_held, read_certificates
from demo.channels import CHANNELS
from demo.day import Day
from demo.delays import count_events, read_delays
from demo.failure import DemoFailed
from demo.site import Site

DEADLINE = 120.0
"""Seconds without anything getting done after which nothing is waited for any more."""
LOOK_AGAIN = 0.5
NOT_ALLOWED = {
    "lost": "paid orders are not in Exact",
    "duplicates": "orders stand in Exact twice",
    "wrong_totals": "sales orders differ from what was paid",
    "oversold_by_hub": "units were oversold through numbers the hub left standing",
}
PARCELS = {
    "missing": "parcels are not known to their channel",
    "wrong": "parcels are confirmed with other contents",
    "doubled": "parcels are confirmed twice",
    "untracked": "deliveries in Exact have no tracking code",
}


def problems(ledger: Json, parcels: int) -> list[str]:
    """Return what is not as it should be, a sentence each; ``parcels`` is how many left with a tracking code."""
    found = [f"{ledger[name]} {text}" for name, text in NOT_ALLOWED.items() if ledger[name]]
    if not ledger["stock_converged"]:
        wrong = sum(one["shown_mismatches"] for one in ledger["channels"].values())
        found.append(f"{wrong} listings show another number than Exact's stock allows")
    tracking = ledger["tracking"]
    found += [f"{tracking[name]} {text}" for name, text in PARCELS.items() if tracking[name]]
    if not ledger["sold"]:
        found.append("nothing was sold")
    if tracking["delivered"] < parcels:
        found.append(f"{parcels - tracking['delivered']} parcels never became a delivery in Exact")
    return found


def uncertified(forwarded: int, certificates: int) -> list[str]:
    """Return a sentence where orders were forwarded without a certificate that is equal to the cent."""
    missing = forwarded - certificates
    return [f"{missing} forwarded orders have no certificate that is equal to the cent"] if missing else []


@dataclass
class _Patience:
    """Lasts while more orders reach Exact, or more parcels their channel: a slow machine may take its time."""

    seconds: float
    done: tuple[int, int] = (-1, -1)
    until: float = 0.0

    def ends(self, ledger: Json) -> bool:
        """Say whether nothing got done for too long."""
        done = ledger["forwarded"], ledger["tracking"]["confirmed"]
        if done > self.done:
            self.done, self.until = done, time.monotonic() + self.seconds
        return time.monotonic() > self.until


async def come_to_rest(site: Site, api: Api, board: Board, parcels: int, seconds: float = DEADLINE) -> Json:
    """Wait until ledger and books find nothing wrong, before and after all channels were swept once more.

    Numbers may be right for a moment on their way elsewhere, and a sweep that reads everything again must change
    nothing. Returns the last ledger, right or wrong.
    """
    patience = _Patience(seconds)
    while not patience.ends(await _look(site, board)):
        if (dead := site.dead()) is not None:
            raise DemoFailed(dead)
        if problems(board.ledger, parcels) or await compare_books(site, api):
            await anyio.sleep(LOOK_AGAIN)
            continue
        await _swept_again(api)
        if not problems(await _look(site, board), parcels) and not await compare_books(site, api):
            break
    return board.ledger


async def _look(site: Site, board: Board) -> Json:
    board.ledger = await site.control.ledger()
    return board.ledger


async def _swept_again(api: Api) -> None:
    """Wait until the orders of all channels were swept."""
    before = now = await _sweeps(api)
    with anyio.move_on_after(DEADLINE):
        while not all(now[slug] != at for slug, at in before.items()):
            await anyio.sleep(LOOK_AGAIN)
            now = await _sweeps(api)


async def _sweeps(api: Api) -> dict[str, str | None]:
    return {one["slug"]: one["ordersSweptAt"] for one in (await api.ask(documents.CHANNELS))["channels"]}


async def make_summary(day: Day, ledger: Json) -> Json:
    """Return the JSON object that the demo ends with."""
    site, api, board, parcels = day.site, day.api, day.board, day.parcels
    differing = await compare_books(site, api)
    forwarded, certificates = await read_certificates(api)
    wrong = board.problems = problems(ledger, parcels) + differing + uncertified(forwarded, certificates)
    named = {one.ledger: one.slug for one in CHANNELS}
    tracking: dict[str, Any] = ledger["tracking"]
    return {
        "ok": not wrong,
        "seconds": round(board.seconds, 1),
        "faults": site.plan.faults,
        "seed": site.plan.seed,
        "nodes": site.plan.nodes,
        "channels": {slug: _counts(ledger["channels"][name]) for name, slug in named.items()},
        **{name: ledger[name] for name in ("sold", "forwarded", *NOT_ALLOWED, "stock_converged")},
        "tracking_confirmed": not any(tracking[name] for name in PARCELS) and tracking["delivered"] >= parcels,
        "tracking": {name: count for name, count in tracking.items() if name != "ids"},
        "certificates": certificates,
        "held_orders": await count_held(api),
        "books_equal_channels": not differing,
        "hub_delay_ms": await read_delays(api),
        "stock_drift": {"set_by_hand": day.by_hand, "noticed": await count_events(api, "stock.drift")},
        "exact_calls": ledger["calls"].get("exact", 0),
        "calls": ledger["calls"],
        "faults_met": sum(ledger["faults"].values()),
        "restarts": board.restarts,
        "problems": wrong,
        **({"details": await examples(api, ledger)} if wrong else {}),
    }


def _counts(channel: Json) -> Json:
    names = ("sold", "sold_units", "forwarded", "cancelled", "by_platform", "unpaid", *NOT_ALLOWED, "shown_mismatches")
    return {name: channel[name] for name in names}


async def examples(api: Api, ledger: Json) -> Json:
    """Return examples of what is wrong, and what the hub itself says about it."""
    ids = {name: value[:5] for name, value in ledger.items() if name.endswith("_ids") and value}
    shown = {name: one["shown_mismatch"][:5] for name, one in ledger["channels"].items() if one["shown_mismatches"]}
    held = (await api.ask(documents.HELD))["orders"]["nodes"]
    parked = (await api.ask(documents.PARKED))["parkedMessages"]["nodes"]
    return {
        **ids,
        "shown": shown,
        "parcels": ledger["tracking"]["ids"][:5],
        "held": held[:5],
        "parked": parked[:5],
        "unwell": await api.unwell(),
    }
