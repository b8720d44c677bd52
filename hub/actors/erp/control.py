"""The control lane of a division: its catalogue and its webhook subscriptions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TypeAlias

from hub.actors.desk import Cause, channel_address, pass_on_stock
from hub.actors.erp.moving import GENERATION, generation_of
from hub.actors.erp.pages import Reading, read_on
from hub.actors.erp.scene import Scene
from hub.actors.hooks import heal_hooks
from hub.actors.messages import CheckErpHooks, ReadCatalogue, ReadListings, ReadStockAnew, SweepDeliveries
from hub.actors.messages_after_sale import SweepInvoices
from hub.actors.runtime.mailbox import post
from hub.actors.runtime.turn import Turn
from hub.domain.product import Customer, ErpItem, ShippingMethod, VatCode, Warehouse
from hub.outcome import Rejected
from hub.store.catalogue import (
    replace_shipping_methods,
    replace_vat_codes,
    replace_warehouses,
    save_customers,
    save_items,
)
from hub.store.channels import list_channels
from hub.store.engine import Work
from hub.store.item_life import end_due_items

Lists: TypeAlias = tuple[Sequence[Warehouse], Sequence[VatCode], Sequence[ShippingMethod]]
UNFINISHED = "unfinished"
ACCOUNTS = "accounts"
"""Where the reading of accounts stands; another name than before their numbers were read, so that all come anew."""
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
        wait: float = self.scene.desk.pace.catalogue
        try:
            unfinished = await self._read(turn, moved=not tick)
        except Rejected as refusal:
            if turn.state.pop(UNFINISHED, False) or refusal.code == "bad_cursor":
                turn.state.pop(ACCOUNTS, None)
                turn.state.pop("items", None)
            self.scene.refused(turn, "to let its catalogue be read", refusal)
            unfinished = None
        if unfinished is not None or tick:
            due = self.scene.desk.clock.now() + timedelta(seconds=wait if unfinished is None else unfinished)
            turn.post(turn.address, ReadCatalogue(tick=tick), due_at=due)

    async def _read(self, turn: Turn, *, moved: bool) -> float | None:
        """Read as far as it goes; returns the seconds after which to go on, None at the end.

        Where the division may have ``moved`` that is looked at even in the middle of a reading.
        """
        lists = None if turn.state.get(UNFINISHED) else await self._lists()
        if lists is not None or moved:
            await self._watch_moves(turn)
        customers = await read_on(self.scene.erp.customers_since, turn.state.get(ACCOUNTS), keep=lists is not None)
        items: Reading[ErpItem] = Reading((), turn.state.get("items"), complete=False, wait=customers.wait)
        if customers.complete:
            items = await read_on(self.scene.erp.items_since, turn.state.get("items"), keep=True)
        turn.state |= {ACCOUNTS: customers.cursor, "items": items.cursor, UNFINISHED: not items.complete}
        turn.write(lambda work: self._store(work, turn, lists, customers.rows, items.rows))
        return None if items.complete else items.wait

    async def _watch_moves(self, turn: Turn) -> None:
        """Drop every cursor when the division was moved: its row versions began anew, below what was read."""
        generation = await generation_of(self.scene)
        if generation is None:
            return
        before = turn.state.get(GENERATION)
        turn.state[GENERATION] = generation
        if before in (None, generation):
            return
        turn.state |= {ACCOUNTS: None, "items": None}
        turn.post(turn.address, ReadStockAnew(moved=True))
        turn.post(turn.address, SweepDeliveries(tick=False, moved=True))
        turn.write(self._tell_move)

    async def _tell_move(self, work: Work) -> None:
        words = "Exact moved the division to another database: everything is read anew"
        self.scene.tell(work, "erp.moved", words, level="warning")

    async def _lists(self) -> Lists:
        erp = self.scene.erp
        return await erp.warehouses(), await erp.vat_codes(), await erp.shipping_methods()

    async def _store(
        self, work: Work, turn: Turn, lists: Lists | None, customers: Sequence[Customer], items: Sequence[ErpItem]
    ) -> None:
        if lists is not None:
            warehouses, codes, methods = lists
            await replace_warehouses(work, *self.scene.key, warehouses)
            await replace_vat_codes(work, *self.scene.key, codes)
            await replace_shipping_methods(work, *self.scene.key, methods)
        await save_customers(work, self.scene.tenant, customers)
        changed = await save_items(work, self.scene.tenant, items)
        changed |= await end_due_items(work, *self.scene.key, work.clock.now())
        await pass_on_stock(work, self.scene.tenant, changed, Cause("item changed in Exact"))
        await self._tell_channels(work, turn, len(items))

    async def _tell_channels(self, work: Work, turn: Turn, items: int) -> None:
        """New items may be what unmapped listings and unread stock rows wait for."""
        if not items:
            return
        post(work, turn.address, ReadStockAnew())
        for channel in await list_channels(work.connection, self.scene.tenant):
            post(work, channel_address(self.scene.tenant, channel.channel_id), ReadListings(tick=False))
        self.scene.tell(work, "catalogue.read", f"{items} items read from Exact")

    async def _check_hooks(self, turn: Turn, tick: bool) -> None:
        try:
            await self._heal_hooks(turn)
        except Rejected as refusal:
            self.scene.refused(turn, "to let its webhook subscriptions be checked", refusal)
        turn.post(turn.address, SweepInvoices())
        if tick:
            due = self.scene.desk.clock.now() + timedelta(seconds=self.scene.desk.pace.hooks)
            turn.post(turn.address, CheckErpHooks(), due_at=due)

    async def _heal_hooks(self, turn: Turn) -> None:
        if not self.scene.desk.public_url:
            return
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
