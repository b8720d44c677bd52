"""The retailer's account at bol.com: offers, orders, shipments, and what happens to them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Literal

from hub.sandbox.agenda import Agenda
from hub.sandbox.bol.offers import Offer, Offers
from hub.sandbox.bol.orders import Item, Order
from hub.sandbox.bol.processes import RETENTION, Outcome, Process, Processes
from hub.sandbox.bol.push import Push
from hub.sandbox.bol.returns import Return
from hub.sandbox.bol.shipments import Shipment
from hub.sandbox.bol.switches import Switches
from hub.sandbox.catalogue import Good
from hub.sandbox.ledger import Confirmed, Units
from hub.sandbox.world import World

CHANNEL = "bol"
STUMBLING = {"none": 0.0, "mild": 0.01, "harsh": 0.03}
"""Chance, per fault profile, that a command is late, and as much again that it times out though executed."""


class Account:
    """All that bol.com knows; every change of it goes through here, and into the ledger."""

    def __init__(self, world: World, switches: Switches) -> None:
        self.world, self.switches = world, switches
        self.clock, self.chance = world.clock, world.chance(CHANNEL)
        self.happenings = count(1)
        self.agenda, self.processes = Agenda(), Processes()
        self.push = Push(world, switches)
        self.offers = Offers()
        self.orders: dict[str, Order] = {}
        self.open_orders: dict[str, Order] = {}
        self.items: dict[str, tuple[Order, Item]] = {}
        self.shipments: dict[str, Shipment] = {}
        self.transports: dict[str, Shipment] = {}
        self.inventory: dict[str, int] = {}
        self.returns: dict[str, Return] = {}
        for number, good in enumerate(world.goods):
            self._list(number, good)

    def _list(self, number: int, good: Good) -> None:
        opening = sum(good.stock.values()) if self.switches.starting_stock else 0
        price = float(self.world.prices[good.sku])
        self.offers.add(
            Offer(
                offer_id=str(uuid.UUID(int=self.chance.getrandbits(128), version=4)),
                ean=good.ean,
                sku=good.sku,
                condition={"category": "NEW"},
                pricing={"bundlePrices": [{"quantity": 1, "unitPrice": price}]},
                fulfilment={"method": "FBR", "schedule": "BOL_DELIVERY_PROMISE"},
                modified_at=self.clock.now(),
                reference=good.sku,
                amount=opening,
            )
        )
        if number % 10 == 0:
            self.inventory[good.ean] = self.chance.randint(5, 40)

    def settle(self) -> None:
        """Let everything happen that is due by now; called before every answer."""
        now = self.clock.now()
        self.agenda.run(now)
        self.processes.forget(now - timedelta(seconds=self.clock.seconds(RETENTION)))

    def later(self, nominal: float) -> datetime:
        """Return the moment that lies so many nominal seconds ahead."""
        return self.clock.now() + timedelta(seconds=self.clock.seconds(nominal))

    def command(self, kind: str, entities: tuple[str, ...], text: str, effect: Callable[[], str | None]) -> Process:
        """Accept an asynchronous command; its effect follows one to three nominal seconds later."""
        process = Process(
            process_id=self._process_id(),
            event_type=kind,
            entities=entities,
            description=text,
            created_at=self.clock.now(),
            due=self.clock.now(),
            effect=effect,
            outcome=self._draw_outcome(),
        )
        patience = 30 if process.outcome is Outcome.LATE else 1
        process.due = self.later(self.chance.uniform(1, 3) * patience)
        self.processes.by_id[process.process_id] = process
        self.agenda.add(process.due, lambda: self._finish(process))
        return process

    def _finish(self, process: Process) -> None:
        process.finish()
        self.push.tell("PROCESS_STATUS", process.status, process.process_id)

    def _process_id(self) -> str:
        if self.chance.random() < 0.5:
            return str(self.chance.randint(10**9, 10**12))
        return f"{uuid.UUID(int=self.chance.getrandbits(128), version=4)}fff"

    def _draw_outcome(self) -> Outcome:
        if self.switches.outcomes:
            return Outcome(self.switches.outcomes.pop(0))
        drawn, share = self.chance.random(), STUMBLING[self.world.faults.profile]
        if drawn < share:
            return Outcome.LATE
        return Outcome.TIMEOUT_EXECUTED if drawn < 2 * share else Outcome.NORMAL

    def note_stock(self, offer: Offer, by: Literal["hub", "sale", "platform"]) -> None:
        """Mark an offer as changed and note what it now shows."""
        offer.modified_at = self.clock.now()
        shown = offer.corrected_stock if offer.for_sale else 0
        self.world.note_shown(CHANNEL, offer.sku, shown, by)

    def add_order(self, order: Order) -> None:
        """Take an order in: it lowers the stock at once, and expires if nobody handles it."""
        self.orders[order.order_id] = self.open_orders[order.order_id] = order
        for item in order.items:
            self.items[item.item_id] = (order, item)
            self._hold(item)
        self.agenda.add(order.expires_at, lambda: self.cancel(order, order.items))
        self.push.tell("ORDER", "ORDER_CREATED", order.order_id)

    def _hold(self, item: Item) -> None:
        if item.method == "FBB":
            self.inventory[item.ean] = max(0, self.inventory.get(item.ean, 0) - item.quantity)
        elif offer := self.offers.by_sku.get(item.sku):
            offer.items.append(item)
            self.note_stock(offer, "sale")

    def cancel(self, order: Order, items: list[Item], *, by_seller: bool = False) -> None:
        """Cancel what is still open of these items; the stock they held is for sale again.

        What the seller does not deliver lessens the sale in the ledger; what bol cancels is for the books to follow.
        """
        for item in items:
            if not item.open:
                continue
            item.cancel_open(self.clock.now())
            offer = self.offers.by_sku.get(item.sku)
            if offer is not None and item.method == "FBR":
                self.note_stock(offer, "platform")
        self._close(order)
        sale = self.world.ledger.sales.get((CHANNEL, order.order_id))
        if sale is None:
            return
        if order.cancelled and sale.cancelled_at is None:
            sale.cancelled_at = self.clock.now()
        elif by_seller:
            sale.units = [Units(item.sku, item.kept) for item in order.items if item.kept]
            sale.total = sum((item.worth for item in order.items), Decimal())

    def _close(self, order: Order) -> None:
        if not order.open:
            self.open_orders.pop(order.order_id, None)

    def ship(self, shipment: Shipment) -> None:
        """Let goods leave; what the retailer shipped himself goes into the ledger as confirmed."""
        happening = next(self.happenings)
        for item, quantity in shipment.items:
            item.ship(quantity, happening, shipment.at)
        self.shipments[shipment.shipment_id] = self.transports[shipment.transport_id] = shipment
        self._close(shipment.order)
        if shipment.method == "FBR":
            self._confirm(shipment)
        self.push.tell("SHIPMENT", "UPDATE_TRANSPORT_EVENT", shipment.shipment_id)

    def _confirm(self, shipment: Shipment) -> None:
        shipment.note = len(self.world.ledger.confirmed)
        self.world.ledger.confirmed.append(
            Confirmed(
                channel=CHANNEL,
                external_id=shipment.order.order_id,
                units=tuple(Units(item.sku, quantity) for item, quantity in shipment.items),
                tracking=shipment.tracking,
                carrier=shipment.transporter,
                at=shipment.at,
            )
        )

    def change_transport(self, shipment: Shipment, tracking: str, transporter: str | None) -> None:
        """Replace the tracking code of a shipment, here and in the ledger."""
        shipment.tracking, shipment.transporter = tracking, transporter or shipment.transporter
        if shipment.note is not None:
            noted = self.world.ledger.confirmed[shipment.note]
            changed = replace(noted, tracking=tracking, carrier=shipment.transporter)
            self.world.ledger.confirmed[shipment.note] = changed

    def number(self) -> str:
        """Return a new number for an item, a shipment or a transport."""
        return str(self.chance.randint(10**9, 10**10 - 1))
