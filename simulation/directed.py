"""Plays for deliberate bugs whose circumstances are drawn too seldom: written for them, or found once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from simulation.script import Script, Step, read_script

PACE = {"order_sweep": 14400.0, "stock_sweep_seconds": 14400.0, "delivery_sweep_seconds": 14400.0}
ALONE = {"lease_seconds": 21600.0, "poll_seconds": 7200.0}


def saved(name: str) -> Script:
    """Return a play that found a bug once."""
    return read_script((Path(__file__).parent / "scripts" / f"{name}.json").read_text())


def directed(channels: tuple[str, ...], *steps: Step, weather: dict[str, float] | None = None) -> Script:
    """Return a play on one good, that is played as it is written."""
    return Script(7, "2026-11-23T09:00:00+00:00", channels, goods=1, pace=PACE | ALONE, steps=steps, quiet=0.0,
                  weather=weather or {})  # fmt: skip


def told_by(channel: str, *faults: dict[str, object], part: bool = False) -> Script:
    """Return a play in which one order is sold, delivered and told, while these faults wait at its channel."""
    return directed(
        (channel,),
        sold(30.0, "s0", channel, 2),
        *(Step(40.0, "fault", f"s{place}", {"platform": channel, **one}) for place, one in enumerate(faults, 1)),
        Step(60.0, "deliver", "s9", {"sale": "s0", "tracking": "now", "part": part, "after": 5.0}),
    )


def sold(at: float, label: str, channel: str, quantity: int, **asked: Any) -> Step:
    lines = [{"sku": "ART-00001", "quantity": quantity}]
    return Step(at, "sell", label, {"channel": channel, "lines": lines, **asked})


def sold_while_told(pause: float) -> Script:
    """Return a play in which unpaid orders lower what another channel shows, faster than it can be told."""
    sales = (sold(30.0 + pause * place, f"s{place}", "woocommerce", 1, paid=False) for place in range(12))
    return directed(("generic", "woocommerce"), *sales, weather={"slowness": 1.0, "slow": 1.2})


def moved_while_away() -> Script:
    """Return a play in which a shop is away for a minute, just as a lower number is to be told to it."""
    away = Step(30.0, "outage", "s0", {"platform": "woocommerce", "seconds": 60.0})
    return directed(("woocommerce",), away, Step(35.0, "move", "s1", {"sku": "ART-00001", "quantity": -3}))


def frozen_as_it_settles(after: int, seed: int) -> Script:
    """Return a play in which a node sleeps past its lease between telling a number and noting that it did.

    The other node takes over and tells lower ones. Then stock comes back to just what the sleeper still has to note.
    The seed draws whether it notes that before it sees how late it is.
    """
    booked = ((30.0, -1), (700.0, -1), (710.0, -1), (720.0, -1), (1450.0, 3))
    script = directed(
        ("woocommerce",),
        Step(20.0, "freeze", "s0", {"told": "/products/batch", "after": after, "seconds": 1400.0}),
        *(
            Step(at, "move", f"s{place}", {"sku": "ART-00001", "quantity": quantity})
            for place, (at, quantity) in enumerate(booked, 1)
        ),
    )
    return replace(script, seed=seed, nodes=2, pace=PACE | {"lease_seconds": 600.0})


def frozen_as_it_sends(seed: int) -> Script:
    """Return a play in which a node sleeps past its lease just before it sends an order, which the other one sends.

    The seed draws whether it goes on with that before it sees how late it is. Its token still lasts by then.
    """
    script = directed(
        ("generic",),
        Step(20.0, "freeze", "s0", {"asks": "/salesorder/SalesOrders", "seconds": 300.0}),
        sold(30.0, "s1", "generic", 1),
        Step(450.0, "move", "s2", {"sku": "ART-00001", "quantity": 1}),
    )
    return replace(script, seed=seed, nodes=2, pace=PACE | {"lease_seconds": 120.0})
