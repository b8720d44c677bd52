"""Sending goods: fulfilments, their tracking, and fulfilment orders that move or are released."""

from __future__ import annotations

from collections.abc import Sequence

from hub.sandbox.ledger import Confirmed, Units
from hub.sandbox.shopify.checkout import Checkout
from hub.sandbox.shopify.goods import Location
from hub.sandbox.shopify.orders import Fulfilment, FulfilmentOrder, Order, Task, Tracking
from hub.sandbox.shopify.shop import CHANNEL, Shop

Picked = list[tuple[FulfilmentOrder, Task, int]]


class Dispatch:
    """Lets goods leave; the ledger hears of every parcel the shop is told of."""

    def __init__(self, shop: Shop, checkout: Checkout) -> None:
        self.shop, self.checkout = shop, checkout

    def send(self, picked: Picked, tracking: list[Tracking]) -> Fulfilment:
        """Let goods of one order leave one location. Nothing recognises a repeat."""
        shop, now, first = self.shop, self.shop.clock.now(), picked[0][0]
        order = first.order
        made = Fulfilment(
            number=next(shop.numbers),
            order=order,
            location=first.location,
            name=f"{order.name}-F{len(order.fulfilments) + 1}",
            sent=self._take(picked),
            sources=_sources(picked),
            tracking=tracking,
            created_at=now,
            updated_at=now,
        )
        shop.fulfilments[made.number] = made
        order.fulfilments.append(made)
        self._confirm(made)
        done = not any(each.remaining for each in order.fulfilment_orders)
        if done:
            order.closed_at = now
        shop.hooks.tell_fulfilment(made, "FULFILLMENTS_CREATE")
        shop.touch(order, "ORDERS_FULFILLED" if done else "ORDERS_PARTIALLY_FULFILLED")
        return made

    def _take(self, picked: Picked) -> list[tuple[int, Task, int]]:
        """Take units off the fulfilment orders; units of one line become one line of the fulfilment."""
        sent: dict[int, tuple[int, Task, int]] = {}
        for source, task, quantity in picked:
            task.remaining -= quantity
            task.line.fulfilled += quantity
            number, _, before = sent.get(id(task.line), (0, task, 0))
            sent[id(task.line)] = (number or next(self.shop.numbers), task, before + quantity)
            source.status = "IN_PROGRESS" if source.remaining else "CLOSED"
            source.updated_at = self.shop.clock.now()
            if task.line.variant is not None:
                level = self.shop.level(task.line.variant, source.location)
                self.shop.move(task.line.variant, level, "platform", committed=-quantity)
        return list(sent.values())

    def _confirm(self, made: Fulfilment) -> None:
        """Note every parcel; with several numbers nobody knows which parcel holds what."""
        units = tuple(Units(_sku(task), quantity) for _, task, quantity in made.sent)
        parcels: Sequence[Tracking | None] = made.tracking or [None]
        for each in parcels:
            self.shop.world.ledger.confirmed.append(
                Confirmed(
                    channel=CHANNEL,
                    external_id=str(made.order.number),
                    units=units,
                    tracking=each.number if each else None,
                    carrier=each.company if each else None,
                    at=self.shop.clock.now(),
                    mixed=len(parcels) > 1,
                    handle=str(made.number),
                )
            )

    def retrack(self, made: Fulfilment, tracking: list[Tracking]) -> None:
        """Replace the tracking of a fulfilment, here and in the ledger; this succeeds on a cancelled one too."""
        made.tracking, made.updated_at = tracking, self.shop.clock.now()
        if made.status != "CANCELLED":
            self._forget(made)
            self._confirm(made)
        self.shop.hooks.tell_fulfilment(made, "FULFILLMENTS_UPDATE")
        self.shop.touch(made.order)

    def cancel(self, made: Fulfilment) -> None:
        """Cancel a fulfilment: its units wait again in a fresh fulfilment order."""
        if made.status == "CANCELLED":
            return
        made.status, made.updated_at = "CANCELLED", self.shop.clock.now()
        tasks = []
        for _, task, quantity in made.sent:
            task.line.fulfilled -= quantity
            tasks.append(Task(next(self.shop.numbers), task.line, quantity, quantity))
            if task.line.variant is not None:
                level = self.shop.level(task.line.variant, made.location)
                self.shop.move(task.line.variant, level, "platform", committed=quantity)
        self.checkout.open_fulfilment(made.order, made.location, tasks, "OPEN")
        made.order.closed_at = None
        self._forget(made)
        self.shop.touch(made.order)

    def _forget(self, made: Fulfilment) -> None:
        ledger = self.shop.world.ledger
        ledger.confirmed[:] = [
            note for note in ledger.confirmed if (note.channel, note.handle) != (CHANNEL, str(made.number))
        ]

    def relocate(self, source: FulfilmentOrder, place: Location) -> FulfilmentOrder:
        """Move what remains to another location: the old fulfilment order closes, a new one opens."""
        tasks = []
        for task in source.tasks:
            quantity, variant = task.remaining, task.line.variant
            if quantity:
                tasks.append(Task(next(self.shop.numbers), task.line, quantity, quantity))
                task.remaining = 0
            if quantity and variant is not None:
                old, new = self.shop.level(variant, source.location), self.shop.level(variant, place)
                self.shop.move(variant, old, "platform", available=quantity, committed=-quantity)
                self.shop.move(variant, new, "platform", available=-quantity, committed=quantity)
        source.status, source.updated_at = "CLOSED", self.shop.clock.now()
        moved = self.checkout.open_fulfilment(source.order, place, tasks, "OPEN")
        self.shop.hooks.tell_fulfilment_order(moved, "FULFILLMENT_ORDERS_MOVED")
        return moved

    def release(self, held: FulfilmentOrder) -> None:
        """Release a hold."""
        held.status, held.hold, held.updated_at = "OPEN", None, self.shop.clock.now()
        self.shop.hooks.tell_fulfilment_order(held, "FULFILLMENT_ORDERS_HOLD_RELEASED")
        self.shop.touch(held.order)

    def elsewhere(self, source: FulfilmentOrder) -> Location:
        """Return a location other than that of a fulfilment order."""
        return next(each for each in self.shop.goods.locations.values() if each is not source.location)


def _sources(picked: Picked) -> list[FulfilmentOrder]:
    return list({source.number: source for source, _, _ in picked}.values())


def _sku(task: Task) -> str:
    line = task.line
    return line.sku or (line.variant.sku if line.variant else "")


def open_orders(orders: dict[int, Order]) -> list[str]:
    """Return ids of orders that are neither shipped in full nor cancelled."""
    return [
        str(order.number)
        for order in orders.values()
        if order.cancelled_at is None and any(each.remaining for each in order.fulfilment_orders)
    ]
