"""The seller's account: listings, orders, and what happens to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from hub.sandbox.agenda import Agenda
from hub.sandbox.amazon.edits import Edit, apply_edits
from hub.sandbox.amazon.listings import Listing, make_listings
from hub.sandbox.amazon.notices import Notices
from hub.sandbox.amazon.orders import Item, Order, Package
from hub.sandbox.amazon.switches import Switches
from hub.sandbox.ledger import Confirmed, Units
from hub.sandbox.world import World

CHANNEL = "amazon"
UNHANDLED = 9 * 86_400
"""Nominal seconds after which Amazon cancels what nobody shipped: a week after the latest ship date."""
LATE = 30
STUMBLING = {"none": 0.0, "mild": 0.01, "harsh": 0.03}
"""Chance, per fault profile, that a submission is applied thirty times later."""


class Account:
    """All that Amazon knows of the seller; every change goes through here, and into the ledger."""

    def __init__(self, world: World, switches: Switches) -> None:
        self.world, self.switches = world, switches
        self.clock, self.chance = world.clock, world.chance(CHANNEL)
        self.agenda = Agenda()
        self.listings = make_listings(world, switches.starting_stock)
        self.notices = Notices(world, switches, self.agenda)
        self.orders: dict[str, Order] = {}

    def now(self) -> datetime:
        """Return the present in whole milliseconds, as fine as the API tells time."""
        at = self.clock.now()
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def settle(self) -> None:
        """Let everything happen that is due by now; called before every answer."""
        self.agenda.run(self.clock.now())

    def later(self, nominal: float) -> datetime:
        """Return the moment that lies so many nominal seconds ahead."""
        return self.clock.now() + timedelta(seconds=self.clock.seconds(nominal))

    def in_about(self, nominal: float, happening: Callable[[], None]) -> None:
        """Let something happen after half to one and a half times the nominal seconds."""
        self.agenda.add(self.later(nominal * self.chance.uniform(0.5, 1.5)), happening)

    def note_stock(self, listing: Listing, by: Literal["hub", "sale", "platform"]) -> None:
        """Mark a listing as changed and note what it now shows of the seller's own stock."""
        listing.updated_at = self.now()
        if not listing.by_amazon:
            self.world.note_shown(CHANNEL, listing.sku, listing.shown, by)

    def submit(self, listing: Listing, edits: list[Edit]) -> None:
        """Take edits of one SKU in; they take effect later, never before those submitted earlier."""
        if self.switches.lost_patches > 0:
            self.switches.lost_patches -= 1
            return
        wait = self.switches.apply_seconds * self.chance.uniform(0.5, 1.5) * (LATE if self._is_late() else 1)
        due = max(self.later(wait), listing.due or self.clock.now())
        listing.due = due
        self.agenda.add(due, lambda: self.apply(listing.sku, edits))

    def _is_late(self) -> bool:
        if self.switches.late_patches > 0:
            self.switches.late_patches -= 1
            return True
        return self.chance.random() < STUMBLING[self.world.faults.profile]

    def apply(self, sku: str, edits: list[Edit]) -> None:
        """Let edits take effect now, whatever else was submitted for that SKU in the meantime."""
        if (listing := self.listings.by_sku.get(sku)) is not None:
            apply_edits(listing, edits)
            self.note_stock(listing, "hub")

    def delist(self, sku: str) -> None:
        """Delete a listing; nothing of it is for sale any more."""
        if (listing := self.listings.by_sku.pop(sku, None)) is not None and not listing.by_amazon:
            self.world.note_shown(CHANNEL, sku, 0, "hub")

    def add_order(self, order: Order) -> None:
        """Take an order in: it takes its stock at once, pending or not."""
        self.orders[order.order_id] = order
        for item in order.items:
            if order.by_amazon:
                item.listing.at_amazon -= item.quantity
            else:
                item.listing.take(item.quantity)
                self.note_stock(item.listing, "sale")
        self.agenda.add(self.later(UNHANDLED), lambda: self.cancel(order, order.items, "AMAZON", "Not shipped in time"))
        if self.chance.random() >= self.switches.silent_orders:
            self.notices.tell_order(order, "OrderStatusChange", "NewOrder")

    def change(self, order: Order, kind: str, reason: str) -> None:
        """Mark an order as changed and announce it."""
        order.updated_at = max(self.now(), order.updated_at)
        self.notices.tell_order(order, kind, reason)

    def pay(self, order: Order) -> None:
        """Let the payment be authorised; an order that is no longer pending stays as it is."""
        if order.status != "PENDING":
            return
        order.pending = False
        if (sale := self.world.ledger.sales.get((CHANNEL, order.order_id))) is not None:
            sale.paid_at = self.clock.now()
        self.change(order, "OrderStatusChange", "PaymentAuthorized")
        if order.by_amazon:
            self.in_about(30, lambda: self._ship_from_amazon(order))

    def _ship_from_amazon(self, order: Order) -> None:
        for item in order.items:
            item.shipped += item.open
        self.change(order, "OrderStatusChange", "Shipped")

    def cancel(self, order: Order, items: list[Item], by: str, reason: str, *, restock: bool = True) -> None:
        """Cancel what is in no package yet of these items; ``restock`` puts it back on sale."""
        touched = False
        for item in items:
            left = min(item.open, item.quantity - item.cancelled - order.packed(item))
            if left > 0:
                item.cancelled += left
                item.executed, touched = (by, reason), True
                self._give_back(order, item, left if restock else 0)
        if not touched:
            return
        self.change(order, "OrderStatusChange", f"Cancelled by {by.lower()}")
        sale = self.world.ledger.sales.get((CHANNEL, order.order_id))
        if sale is not None and order.cancelled and sale.cancelled_at is None:
            sale.cancelled_at = self.clock.now()

    def _give_back(self, order: Order, item: Item, quantity: int) -> None:
        if order.by_amazon:
            item.listing.at_amazon += quantity
        elif quantity:
            item.listing.take(-quantity)
            self.note_stock(item.listing, "platform")

    def wish_cancelled(self, order: Order) -> None:
        """Let the buyer ask for a cancellation; it binds nobody."""
        for item in order.items:
            if item.open:
                item.wish = "Changed mind about purchase"
        self.change(order, "BuyerRequestedChange", "Buyer Requested Cancel")

    def accept(self, order: Order, package: Package) -> None:
        """Take a confirmed package in, or in place of the one with its reference; the status follows later."""
        former = order.packages.get(package.reference)
        order.packages[package.reference] = package
        self._note_confirmed(order, package, former)
        if former is not None and former.in_effect:
            for item, quantity in former.parts:
                item.shipped -= quantity
            self._take_effect(order, package)
        else:
            order.updated_at = max(self.now(), order.updated_at)
            self.in_about(self.switches.confirmation_seconds, lambda: self._take_effect(order, package))

    def _take_effect(self, order: Order, package: Package) -> None:
        if order.packages.get(package.reference) is not package or package.in_effect:
            return
        package.in_effect = True
        for item, quantity in package.parts:
            item.shipped += quantity
        self.change(order, "OrderStatusChange", "Shipped")

    def _note_confirmed(self, order: Order, package: Package, former: Package | None) -> None:
        noted = Confirmed(
            channel=CHANNEL,
            external_id=order.order_id,
            units=tuple(Units(item.listing.good.sku, quantity) for item, quantity in package.parts),
            tracking=package.tracking,
            carrier=package.carrier,
            at=self.clock.now(),
        )
        confirmed = self.world.ledger.confirmed
        if former is not None and former.note is not None:
            package.note = former.note
            confirmed[former.note] = replace(noted, at=confirmed[former.note].at)
        else:
            package.note = len(confirmed)
            confirmed.append(noted)
