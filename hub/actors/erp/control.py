"""The control lane of a division: its catalogue and its webhook subscriptions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from hub.actors.desk import channel_address
from hub.actors.erp.scene import Scene
from hub.actors.hooks import heal_hooks
from hub.actors.messages import CheckErpHooks, ReadCatalogue, ReadListings, ReadStockAnew
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.turn import Turn
from hub.adapters.port import Page
from hub.store.catalogue import (
    replace_shipping_methods,
    replace_vat_codes,
    replace_warehouses,
    save_customers,
    save_items,
)
from hub.store.channels import list_channels
from hub.store.engine import Work

T = TypeVar("T")
TOPICS = ("StockPositions", "GoodsDeliveries", "Items")


class ControlLane:
    """Keeps master data fresh and webhooks alive."""

    batch = 1

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def handle(self, turn: Turn) -> None:
        """Handle one chore."""
        match turn.messages[0].body:
            case ReadCatalogue(tick):
                await self._read_catalogue(turn, tick)
            case CheckErpHooks(tick):
                await self._check_hooks(turn, tick)

    async def _read_catalogue(self, turn: Turn, tick: bool) -> None:
        erp, key = self.scene.erp, self.scene.key
        warehouses, codes, methods = await erp.warehouses(), await erp.vat_codes(), await erp.shipping_methods()
        customers = await self._all(turn, "customers", erp.customers_since)
        items = await self._all(turn, "items", erp.items_since)

        async def store(work: Work) -> None:
            await replace_warehouses(work, *key, warehouses)
            await replace_vat_codes(work, *key, codes)
            await replace_shipping_methods(work, *key, methods)
            await save_customers(work, self.scene.tenant, customers)
            await save_items(work, self.scene.tenant, items)
            await self._tell_channels(work, turn, len(items))

        turn.write(store)
        if tick:
            due = self.scene.desk.clock.now() + timedelta(seconds=self.scene.desk.pace.catalogue)
            turn.post(turn.address, ReadCatalogue(), due_at=due)

    async def _all(self, turn: Turn, name: str, read: Callable[[str | None], Awaitable[Page[T]]]) -> list[T]:
        rows: list[T] = []
        more, cursor = True, turn.state.get(name)
        while more:
            page = await read(cursor)
            rows += page.rows
            cursor, more = page.cursor, page.more
        turn.state[name] = cursor
        return rows

    async def _tell_channels(self, work: Work, turn: Turn, items: int) -> None:
        """New items may be what unmapped listings and unread stock rows wait for."""
        if not items:
            return
        post(work, turn.address, ReadStockAnew())
        for channel in await list_channels(work.connection, self.scene.tenant):
            post(work, channel_address(self.scene.tenant, channel.channel_id), ReadListings(tick=False))
        self.scene.tell(work, "catalogue.read", f"{items} items read from Exact")

    async def _check_hooks(self, turn: Turn, tick: bool) -> None:
        if self.scene.desk.public_url:
            callback = f"{self.scene.desk.public_url}/webhooks/exact/{self.scene.connection_id}"
            await heal_hooks(
                turn,
                self.scene.desk.clock,
                topics=TOPICS,
                callback=callback,
                listed=await self.scene.erp.subscriptions(),
                subscribe=lambda topic: self.scene.erp.subscribe(topic, callback),
                unsubscribe=self.scene.erp.unsubscribe,
            )
        if tick:
            due = self.scene.desk.clock.now() + timedelta(seconds=self.scene.desk.pace.hooks)
            turn.post(turn.address, CheckErpHooks(), due_at=due)
