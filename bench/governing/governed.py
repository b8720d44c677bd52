"""The day through the whole hub: two nodes, two shops and Exact in one process, in virtual time."""

from __future__ import annotations

import asyncio
import gc
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from bench.governing.day import CHANNELS, Day, Event
from bench.governing.outcome import Outcome, Tally, ages, left, spend
from hub.sandbox import control_delivery, control_exact, control_sales
from hub.sandbox.exact.catalogue import ITEMS
from hub.sandbox.exact.errors import Refusal
from hub.sandbox.exact.office import MAIN_DIVISION
from hub.sandbox.matching import Matches
from hub.sandbox.platform import SoldOut
from simulation.house import House
from simulation.network import Exchange
from simulation.script import Script
from simulation.stage import Stage, staged
from simulation.witness import Witness

SETTING_UP = 1200.0
"""Seconds before the day in which all is connected and every channel comes to show its stock."""
LATE = 1800.0
"""Seconds past the end in which what came last may still be done."""
PLENTY = 20_000
API = f"/exact/api/v1/{MAIN_DIVISION}/"
PACE = {
    "order_sweep": 900.0, "lease_seconds": 120.0, "poll_seconds": 120.0, "stock_sweep_seconds": 300.0,
    "delivery_sweep_seconds": 600.0, "catalogue_seconds": 21_600.0, "listings_seconds": 21_600.0,
}  # fmt: skip
"""The hub's own settings, with leases that another node may take over within the minute."""


def governed(day: Day) -> Outcome:
    """Let the hub live through a day."""
    begins = day.begins - timedelta(seconds=SETTING_UP)
    script = Script(day.seed, begins.isoformat(), CHANNELS, goods=day.goods, nodes=2, pace=PACE)
    began = time.process_time()
    with staged(script) as stage:
        gc.enable()
        stage.drawn_from(day.seed)
        return stage.loop.run_until_complete(_Living(day, stage, began).through())


class _Living:
    def __init__(self, day: Day, stage: Stage, began: float) -> None:
        self.day, self.network, self.began, self.tally = day, stage.network, began, Tally()
        self.house, self.seen = stage.house, stage.seen

    async def through(self) -> Outcome:
        house, seen = self.house, self.seen
        house.exact.office.settings.day_limit = self.day.limit
        await self._stock_up()
        await asyncio.sleep(self._until(0.0))
        spend(house.exact.limits, self.day.spent)
        self.network.heard = self._hear
        down = asyncio.get_running_loop().create_task(self._fall())
        for event in self.day.events():
            await asyncio.sleep(self._until(event.at))
            with suppress(SoldOut, Refusal, KeyError):
                await DEEDS[event.kind](house, event)
        await asyncio.sleep(self._until(self.day.seconds - 1.0))
        remaining = left(house.exact.limits)
        self.network.heard = lambda _: None
        hub_says = {row["name"]: dict(row) for row in seen.rows("SELECT * FROM budget WHERE owner LIKE 'erp/%'")}
        await asyncio.sleep(self._until(self.day.seconds + LATE))
        await down
        return self._told(seen, remaining, hub_says)

    async def _stock_up(self) -> None:
        """Fill the shelves, and let Exact refuse two of the goods without telling anybody."""
        for sku in (*self.day.refused, *self.day.bought):
            await control_exact.receive(self.house.sandbox, {"sku": sku, "quantity": PLENTY})
        await asyncio.sleep(SETTING_UP / 2)
        division = self.house.exact.office.divisions[MAIN_DIVISION]
        for sku in self.day.refused:
            division.table(ITEMS.table).rows[division.guid("item", sku)]["IsSalesItem"] = False

    async def _fall(self) -> None:
        """Let the node that works for the division die for a while: another takes over."""
        at, seconds = self.day.down
        await asyncio.sleep(self._until(at))
        while not (owner := self._owner()):  # noqa: ASYNC110
            await asyncio.sleep(1.0)
        node = next(one for one in self.house.nodes if owner.startswith(one.name))
        node.place.die()
        await asyncio.sleep(seconds)
        await node.ensure()

    def _owner(self) -> str:
        """Return which node's process the division's actor lives in, nothing while it rests."""
        (row,) = self.seen.rows("SELECT node FROM actor WHERE address LIKE 'erp/%'")
        return str(row["node"] or "")

    def _until(self, at: float) -> float:
        return max(0.0, SETTING_UP + at - asyncio.get_running_loop().time())

    def _hear(self, note: Exchange) -> None:
        path = urlsplit(note.url).path
        if path.startswith(API):
            at = asyncio.get_running_loop().time() - SETTING_UP
            self.tally.note(self.house.exact.limits, path.removeprefix(API), note.status, at)

    def _told(self, seen: Witness, remaining: int, hub_says: Mapping[str, Any]) -> Outcome:
        ledger, since = self.house.sandbox.world.ledger, self.day.begins
        matches = Matches(ledger)
        poison = set(self.day.refused)
        good = [sale for sale in ledger.sales.values() if not poison & {line.sku for line in sale.units}]
        posted = [(sale, booked[0]) for sale in good if (booked := matches.orders(sale))]
        held = Counter(
            f"{row['status']}: {row['hold_cause']}"
            for row in seen.rows("SELECT status, hold_cause FROM orders WHERE hold_cause IS NOT NULL")
        )
        found = self._ages(since)
        return Outcome(
            orders=len(good),
            posted=len(posted),
            poisoned=len(ledger.sales) - len(good),
            calls=dict(self.tally.calls),
            statuses=dict(self.tally.statuses),
            blocked=self.tally.blocked,
            exhausted_at=self.tally.exhausted_at,
            left=remaining,
            waits=[(order.at - sale.at).total_seconds() for sale, order in posted],
            held=dict(held),
            ages=[age for age in found if age is not None],
            unseen=sum(age is None for age in found),
            hub_says=dict(hub_says),
            cpu=time.process_time() - self.began,
        )

    def _ages(self, since: datetime) -> list[float | None]:
        ledger = self.house.sandbox.world.ledger
        return [
            age
            for sku in self.day.moved
            for channel in CHANNELS
            for age in ages(ledger.free, ledger.shown, channel, sku, since)
        ]


async def _sell(house: House, event: Event) -> None:
    lines = [{"sku": event.sku, "quantity": event.quantity}]
    await control_sales.sell(house.sandbox, {"channel": event.channel, "lines": lines, "shipping": 0, "discount": 0})


async def _move(house: House, event: Event) -> None:
    quantity = event.quantity if house.exact.free(event.sku) + event.quantity >= 0 else -event.quantity
    await control_exact.receive(house.sandbox, {"sku": event.sku, "quantity": quantity})


async def _deliver(house: House, event: Event) -> None:
    await control_delivery.deliver(house.sandbox, {"count": 1, "tracking": f"3SHUB{event.number}"})


async def _price(house: House, event: Event) -> None:
    await control_exact.price(house.sandbox, {"sku": event.sku, "price": house.sandbox.world.prices[event.sku]})


async def _desk(house: House, event: Event) -> None:
    lines = [{"sku": event.sku, "quantity": event.quantity}]
    await control_exact.b2b_order(house.sandbox, {"lines": lines, "your_ref": f"INKOOP-{event.number}X"})


DEEDS: Mapping[str, Callable[[House, Event], Awaitable[None]]] = {
    "order": _sell, "poison": _sell, "move": _move, "deliver": _deliver, "price": _price, "desk": _desk,
}  # fmt: skip
