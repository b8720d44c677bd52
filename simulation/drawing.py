"""A script drawn from a seed: a busy stretch in which everything may happen, then quiet hours, then quiet days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from simulation.hub_node import LONG_LEASE
from simulation.script import Script, Step

CHANNELS = ("bol", "woocommerce", "generic", "shopify", "amazon")
WEIGHTS = (4, 5, 5, 2, 1)
"""Shopify and Amazon cost much more time than the others."""

MOMENTS = (
    datetime(2026, 3, 29, 0, 20, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 10, tzinfo=UTC),
    datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 22, 30, tzinfo=UTC),
    datetime(2026, 6, 30, 23, 50, tzinfo=UTC),
)
"""Both changes of the clock, a plain morning, the end of a year, the end of a half-year close to midnight."""

ALONE = {"lease_seconds": LONG_LEASE, "poll_seconds": 7200.0}
"""Of a node that has the file to itself."""

QUIET = (1, 2, 3, 6, 24, 168)
"""Hours without anything new at the end; most of what goes wrong shows within them."""

YEAR, FEW = 8736, 6
"""Hours of the long quiet, and of the short one."""

YEARS, WEEKS = 0.25, 0.5
"""Of the plays that draw the longest of those, how many have a quiet year instead, and how many keep their week.

The others have few hours: a week costs as much as all that came before it."""

SETTINGS = 96
"""How many settings there are: each is set up once for all of a worker's seeds that have it."""

Draw = Callable[[Random, Script], dict[str, Any]]
SALE_FAULTS = ("lost_request", "lost_answer", "broken_answer", "broken", "throttle")
HOOK_FAULTS = ("hook_lost", "hook_doubled", "hook_late", "hook_reordered")


def draw(seed: int) -> Script:
    """Return the script of a seed; the same seed gives the same script."""
    chance = Random(f"script/{seed}")
    setting = replace(_setting(Random(f"setting/{seed % SETTINGS}")), seed=seed)
    script = replace(
        setting,
        exact_minute_limit=chance.choice((60, 60, 60, 12)),
        faults=chance.choice(("none", "none", "mild", "mild", "harsh")),
        weather=_weather(chance),
        quiet=_quiet(chance, setting) * 3600.0,
    )
    return script.with_steps(_steps(chance, script))


def _quiet(chance: Random, script: Script) -> int:
    hours = chance.choice(QUIET)
    if hours < max(QUIET):
        return hours
    drawn = Random(f"quiet/{script.seed}").random()
    if drawn < YEARS:
        return FEW if _asks_day_by_day(script) else YEAR
    return hours if drawn < YEARS + WEEKS else FEW


def _asks_day_by_day(script: Script) -> bool:
    """Say whether a channel tells of orders for one day at a time: a year costs as much as hundreds of looks there."""
    return "bol" in (*script.channels, script.other_channel)


def _setting(chance: Random) -> Script:
    """Draw who takes part, when, and how often the hub looks for what nobody told it."""
    channels = _channels(chance)
    others = [name for name in CHANNELS[:4] if name not in channels]
    nodes = 2 if chance.random() < 0.3 else 1
    return Script(
        seed=0,
        begins=(chance.choice(MOMENTS) + timedelta(seconds=chance.randint(0, 3000))).isoformat(),
        channels=channels,
        other_channel=chance.choice(others) if chance.random() < 0.25 else None,
        goods=chance.randint(1, 3),
        nodes=nodes,
        pace=_pace(chance) | (ALONE if nodes == 1 else {"lease_seconds": chance.choice((60.0, 300.0, 1800.0))}),
    )


def _channels(chance: Random) -> tuple[str, ...]:
    chosen: list[str] = []
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        (name,) = chance.choices(CHANNELS, WEIGHTS)
        if name not in chosen:
            chosen.append(name)
    return tuple(chosen)


def _weather(chance: Random) -> dict[str, float]:
    if chance.random() < 0.4:
        return {}
    return {
        "unreachable": chance.choice((0.0, 0.01, 0.05)),
        "lost_answers": chance.choice((0.0, 0.01, 0.04)),
        "late_effects": chance.choice((0.0, 0.0, 0.03)),
        "slowness": chance.choice((0.02, 0.1)),
    }


def _pace(chance: Random) -> dict[str, float]:
    return {
        "order_sweep": float(chance.choice((7200, 14400, 28800))),
        "stock_sweep_seconds": float(chance.choice((7200, 14400, 28800))),
        "delivery_sweep_seconds": float(chance.choice((7200, 14400, 28800))),
    }


def _steps(chance: Random, script: Script) -> list[Step]:
    at = 30.0
    steps: list[Step] = []
    for number in range(chance.randint(6, 20)):
        at += chance.choice((0.0, 0.05, 0.5, 3.0, 20.0, 120.0, 900.0)) * chance.random() * 2
        (kind,) = chance.choices(list(KINDS), [weight for weight, _ in KINDS.values()])
        asked = KINDS[kind][1](chance, script)
        if kind in ABOUT_SALES:
            sales = [step.label for step in steps if step.kind == "sell"]
            if not sales:
                kind, asked = "sell", _sell(chance, script)
            else:
                asked = {"sale": chance.choice(sales), **asked}
        steps.append(Step(round(at, 3), kind, f"s{number}", asked))
    return steps


def _any_channel(chance: Random, script: Script) -> str:
    names = [*script.channels, *([script.other_channel] if script.other_channel else [])]
    return chance.choice(names)


def _sku(chance: Random, script: Script) -> str:
    return f"ART-{chance.randint(1, script.goods):05d}"


def _sell(chance: Random, script: Script) -> dict[str, Any]:
    lines = [{"sku": _sku(chance, script), "quantity": chance.randint(1, 3)} for _ in range(chance.choice((1, 1, 2)))]
    lines = list({line["sku"]: line for line in lines}.values())
    channel = _any_channel(chance, script)
    asked: dict[str, Any] = {"channel": channel, "lines": lines}
    if channel != "bol" and chance.random() < 0.4:
        asked["shipping"] = "4.95"
    if chance.random() < 0.15:
        asked["paid"] = False
    return asked


def _moved(chance: Random, script: Script) -> dict[str, Any]:
    return {"sku": _sku(chance, script), "quantity": chance.choice((-8, -3, -1, 1, 2, 5, 20))}


def _booked(chance: Random, script: Script) -> dict[str, Any]:
    return {"sku": _sku(chance, script), "quantity": chance.randint(1, 6)}


def _outage(chance: Random, script: Script) -> dict[str, Any]:
    length = chance.choice((20.0, 200.0, 1500.0, 7200.0, 20000.0))
    return {"platform": chance.choice(("exact", _any_channel(chance, script))), "seconds": length}


def _fault(chance: Random, script: Script) -> dict[str, Any]:
    platform = chance.choice(("exact", "exact", _any_channel(chance, script)))
    if chance.random() < 0.3:
        return {
            "platform": platform,
            "fault": chance.choice(HOOK_FAULTS),
            "method": "HOOK",
            "times": chance.randint(1, 4),
        }
    asked: dict[str, Any] = {"platform": platform, "fault": chance.choice(SALE_FAULTS), "times": chance.randint(1, 3)}
    if platform == "exact" and chance.random() < 0.6:
        asked |= {"path": "SalesOrders", "method": chance.choice(("POST", "GET"))}
    return asked


def _crash(chance: Random, script: Script) -> dict[str, Any]:
    return {
        "node": chance.randrange(script.nodes),
        "after": chance.choice((0, 5, 30, 120, 400)) + chance.randint(0, 40),
    }


def _about_node(chance: Random, script: Script) -> dict[str, Any]:
    return {"node": chance.randrange(script.nodes)}


def _freeze(chance: Random, script: Script) -> dict[str, Any]:
    return {
        "node": chance.randrange(script.nodes),
        "seconds": chance.choice((2.0, 30.0, 400.0, 2400.0, 5000.0)),
        "after": chance.choice((0, 0, 10, 60)) + chance.randint(0, 20),
    }


def _clock(chance: Random, script: Script) -> dict[str, Any]:
    return {"node": chance.randrange(script.nodes), "by": chance.choice((-90.0, -5.0, -0.7, 0.4, 3.0, 60.0))}


def _settings(chance: Random, script: Script) -> dict[str, Any]:
    change = chance.choice(("buffer", "cap", "forwarding", "stock", "fulfilment", "prefix"))
    return {"channel": _any_channel(chance, script), "change": change, "to": chance.randint(0, 9)}


def _about_channel(chance: Random, script: Script) -> dict[str, Any]:
    return {"channel": _any_channel(chance, script)}


def _paused(chance: Random, script: Script) -> dict[str, Any]:
    return {"channel": _any_channel(chance, script), "seconds": chance.choice((10.0, 300.0, 4000.0))}


def _delivered(chance: Random, script: Script) -> dict[str, Any]:
    return {
        "tracking": chance.choice(("now", "now", "later")),
        "part": chance.random() < 0.25,
        "after": chance.choice((5.0, 90.0, 900.0)),
    }


def _nothing(chance: Random, script: Script) -> dict[str, Any]:
    return {}


KINDS: dict[str, tuple[float, Draw]] = {
    "sell": (30, _sell),
    "pay": (3, _nothing),
    "cancel": (5, _nothing),
    "ask-cancel": (1.5, _nothing),
    "deliver": (8, _delivered),
    "move": (6, _moved),
    "book": (6, _booked),
    "settings": (4, _settings),
    "pause-channel": (1.5, _paused),
    "republish": (1, _about_channel),
    "sweep": (1.5, _about_channel),
    "outage": (3, _outage),
    "fault": (9, _fault),
    "crash": (8, _crash),
    "restart": (2, _about_node),
    "freeze": (3, _freeze),
    "clock": (2, _clock),
    "expire-grant": (1, _nothing),
    "lose-token": (1, _nothing),
    "drop-hooks": (1.5, _nothing),
    "move-division": (1, _nothing),
}
"""Every kind of step with how often it comes, and how its particulars are drawn."""

ABOUT_SALES = frozenset({"pay", "cancel", "ask-cancel", "deliver"})
