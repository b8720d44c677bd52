"""Differences of known causes, made in a simulated shop: which articles, and what is done to them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.ledger import World
from hub.domain.drift import DriftCause
from hub.sandbox.catalogue import Good

CHANNEL = "generic"
UNITS = 3
AT_ONCE = 50
WRITTEN = (DriftCause.REFUSED_WRITE, DriftCause.WRITE_UNDER_WAY, DriftCause.STALE_READ)
"""Causes that show only once the hub has written, so Exact's stock is moved, with a webhook."""


@dataclass(frozen=True, slots=True)
class Injected:
    """The truth: articles by cause, and what the shop shows of each before anything is done to them."""

    by_cause: Mapping[DriftCause, tuple[str, ...]]
    shown: Mapping[str, int]
    others: Sequence[str]

    @property
    def causes(self) -> dict[str, DriftCause]:
        """The cause of each article."""
        return {sku: cause for cause, skus in self.by_cause.items() for sku in skus}


def choose(goods: Sequence[Good], count: int, seed: int) -> Injected:
    """Choose as many articles, spread over the causes as evenly as can be."""
    chance = random.Random(seed)  # noqa: S311 - drawn for a bench, the same each time
    shown = {good.sku: sum(good.stock.values()) for good in goods}
    drawn = chance.sample(sorted(shown), 2 * count)
    causes = list(DriftCause)
    by_cause = {cause: tuple(drawn[place : count : len(causes)]) for place, cause in enumerate(causes)}
    return Injected(by_cause, shown, drawn[count:])


async def _bend(world: World, how: str, to: Mapping[str, Any]) -> None:
    await world.act("bend", listings=[{"sku": sku, "how": how, "to": value} for sku, value in to.items()])


async def move(world: World, skus: Sequence[str]) -> None:
    """Receive goods in Exact."""
    for sku in skus:
        await world.act("receive", sku=sku, quantity=UNITS)


async def write_and_bend(world: World, truth: Injected, until_written: Callable[[Sequence[str]], Any]) -> None:
    """Have numbers written that are refused, that meet a busy shop, or that lists do not tell yet."""
    refused, busy, stale = (truth.by_cause[cause] for cause in WRITTEN)
    await _bend(world, "refuse", dict.fromkeys(refused, True))
    await _bend(world, "busy", dict.fromkeys(busy, True))
    await move(world, [*refused, *busy, *stale])
    await until_written(stale)
    await _bend(world, "stale", {sku: truth.shown[sku] for sku in stale})


async def lose_news(world: World, truth: Injected, until_known: Callable[[Sequence[str]], Any]) -> None:
    """Move stock in Exact while all of its webhooks are lost, until a sweep has found it."""
    late = truth.by_cause[DriftCause.LATE_NEWS]
    await world.act("fault", fault="hook_lost", platform="exact", method="HOOK", times=1_000_000)
    await move(world, late)
    await until_known(late)
    await world.act("mend", platform="exact")


async def meddle(world: World, truth: Injected) -> None:
    """Change numbers by hand, rename and remove listings, and sell without telling."""
    by_hand, renamed = truth.by_cause[DriftCause.CHANGED_BY_HAND], truth.by_cause[DriftCause.MAPPING]
    await _bend(world, "set", {sku: truth.shown[sku] + UNITS for sku in by_hand})
    others = iter(truth.others)
    names = {sku: next(one for one in others if truth.shown[one] != truth.shown[sku]) for sku in renamed}
    await _bend(world, "rename", names)
    await _bend(world, "remove", dict.fromkeys(truth.by_cause[DriftCause.LISTING_GONE], True))
    sold = truth.by_cause[DriftCause.UNKNOWN_SALE]
    await world.act("fault", fault="hook_lost", platform=CHANNEL, method="HOOK", times=1_000_000)
    for sku in sold:
        await world.act("sell", channel=CHANNEL, lines=[{"sku": sku, "quantity": 1 + len(sku) % 2}])


async def relent(world: World, truth: Injected) -> None:
    """Take back what keeps the hub from writing, or from seeing what it wrote."""
    refused, busy, stale = (truth.by_cause[cause] for cause in WRITTEN)
    await _bend(world, "refuse", dict.fromkeys(refused, False))
    await _bend(world, "busy", dict.fromkeys(busy, False))
    await _bend(world, "stale", dict.fromkeys(stale))
