"""The shop: what it knows, and the one place where stock and the ledger are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Literal

from hub.sandbox.agenda import Agenda
from hub.sandbox.shopify.bulk import BulkOperations
from hub.sandbox.shopify.goods import Level, Location, Variant, make_catalogue
from hub.sandbox.shopify.idempotency import Keys
from hub.sandbox.shopify.orders import Fulfilment, FulfilmentOrder, Order
from hub.sandbox.shopify.switches import Switches
from hub.sandbox.shopify.webhooks import Webhooks
from hub.sandbox.world import World

CHANNEL = "shopify"
DOMAIN = "sandbox.myshopify.com"
DAY = 86_400


@dataclass(slots=True)
class Job:
    """Something asynchronous that was promised."""

    job_id: str
    done: bool = False


class Shop:
    """All that Shopify knows of one shop; changes of stock and orders go through here, and into the ledger."""

    def __init__(self, world: World, switches: Switches) -> None:
        self.world, self.switches, self.clock = world, switches, world.clock
        self.chance = world.chance(CHANNEL)
        self.goods = make_catalogue(world, switches)
        self.numbers = count(5_821_000_000_001)
        self.sequence = count(1001)
        self.agenda = Agenda()
        self.orders: dict[int, Order] = {}
        self.fulfilment_orders: dict[int, FulfilmentOrder] = {}
        self.fulfilments: dict[int, Fulfilment] = {}
        self.jobs: dict[str, Job] = {}
        self.keys = Keys(world.clock, switches)
        self.bulk = BulkOperations()
        self.hooks = Webhooks(world, switches)

    @property
    def root(self) -> str:
        """The address of the shop."""
        return f"{self.world.base_url}/{CHANNEL}"

    def settle(self) -> None:
        """Let everything happen that is due by now; called before every answer."""
        self.agenda.run(self.clock.now())

    def later(self, nominal: float, happening: Callable[[], None]) -> None:
        """Let something happen so many nominal seconds from now."""
        self.agenda.add(self.clock.now() + timedelta(seconds=self.clock.seconds(nominal)), happening)

    def visible_since(self, *, all_orders: bool) -> datetime:
        """Return from when on orders are visible: sixty (compressed) days, unless all may be read."""
        reach = self.clock.seconds(self.switches.visible_days * DAY)
        return datetime.min.replace(tzinfo=self.clock.now().tzinfo) if all_orders else self._ago(reach)

    def indexed_until(self) -> datetime:
        """Return up to which moment the search index knows what changed."""
        return self._ago(self.clock.seconds(self.switches.search_lag))

    def _ago(self, seconds: float) -> datetime:
        return self.clock.now() - timedelta(seconds=seconds)

    def shown(self, sku: str) -> int:
        """Return what a buyer can order: what is available at all locations together."""
        variant = self.goods.by_sku.get(sku)
        return max(0, variant.available) if variant is not None else 0

    def move(
        self,
        variant: Variant,
        level: Level,
        by: Literal["hub", "sale", "platform"],
        *,
        available: int = 0,
        committed: int = 0,
    ) -> None:
        """Change quantities of one level; note what is shown now, and tell the webhooks."""
        level.available += available
        level.committed += committed
        level.updated_at = variant.updated_at = self.clock.now()
        if available:
            self.world.note_shown(CHANNEL, variant.sku, self.shown(variant.sku), by)
        self.hooks.tell_level(variant, level)

    def level(self, variant: Variant, location: Location) -> Level:
        """Return the level of an item at a location, stocking it there if need be."""
        return self.goods.stock(variant, location, self.clock.now())

    def touch(self, order: Order, *topics: str) -> None:
        """Mark an order as changed and tell the webhooks; one event for all topics."""
        order.stamps.append(self.clock.now())
        self.hooks.tell_order(order, *topics, "ORDERS_UPDATED")

    def delete_variant(self, variant: Variant) -> None:
        """Delete a variant; lines of orders keep title and SKU but lose the reference."""
        shown = self.shown(variant.sku)
        self.goods.delete(variant)
        for order in self.orders.values():
            for line in order.lines:
                if line.variant is variant:
                    line.variant = None
        if shown:
            self.world.note_shown(CHANNEL, variant.sku, self.shown(variant.sku), "platform")
