"""The shop: products, orders, stock, and what happens to them."""

from __future__ import annotations

import hashlib
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Literal

from hub.sandbox.buyers import Buyer
from hub.sandbox.ledger import Confirmed, Sale, Units
from hub.sandbox.woocommerce import order_wire, wire
from hub.sandbox.woocommerce.goods import Product, stock_shelves
from hub.sandbox.woocommerce.orders import PAID, REDUCING, Json, Line, Note, Order, Tracking
from hub.sandbox.woocommerce.switches import Switches
from hub.sandbox.woocommerce.tax import tax_table
from hub.sandbox.woocommerce.till import Till
from hub.sandbox.woocommerce.webhooks import Webhooks
from hub.sandbox.world import World

CHANNEL = "woocommerce"


class Shop:
    """All that the shop knows; every change of it goes through here, and into the ledger."""

    def __init__(self, world: World, switches: Switches) -> None:
        self.world, self.switches, self.clock = world, switches, world.clock
        self.chance = world.chance(CHANNEL)
        self.shelves = stock_shelves(world, switches.starting_stock)
        self.rates = tax_table(switches.destination_rates)
        self.orders: dict[int, Order] = {}
        self.hooks = Webhooks(world, switches)
        self.posts = count(max(self.shelves.by_id, default=10) + 1)
        self.numbers = count(1)

    @property
    def root(self) -> str:
        """The address of ``/wp-json/``."""
        return f"{self.world.base_url}/{CHANNEL}/wp-json/"

    @property
    def till(self) -> Till:
        return Till(self.shelves, self.rates, self.switches.prices_include_tax, self.numbers)

    def new_order(self, status: str, buyer: Buyer | None, lines: list[Line], via: str) -> Order:
        """Return an order that is not yet in the books."""
        now, order_id = self.clock.now(), next(self.posts)
        person = address(buyer) if buyer else {}
        return Order(
            order_id=order_id,
            status=status,
            created_at=now,
            modified_at=now,
            prices_include_tax=self.switches.prices_include_tax,
            buyer=buyer,
            order_key=f"wc_order_{hashlib.sha256(f'{order_id}{now}'.encode()).hexdigest()[:13]}",
            lines=lines,
            created_via=via,
            billing=person,
            delivery=dict(person),
            rounds_on_order=self.switches.round_at_subtotal,
        )

    def book(self, order: Order) -> None:
        """Take an order into the books: note the sale, take the stock, tell the webhooks."""
        self.till.close(order)
        self.orders[order.order_id] = order
        units = [Units(sku, line.quantity) for line in order.lines if (sku := self.sku(line))]
        self.world.note_sale(Sale(CHANNEL, str(order.order_id), units, order.worth, self.clock.now(), None))
        self._arrive(order)
        self.tell_order("created", order)
        self.tell_order("updated", order)

    def edit(self, order: Order, sku: str, quantity: int) -> None:
        """Set the quantity of an article on an order; its stock, its amounts and the ledger follow."""
        self._return_stock(order)
        line = next((each for each in order.lines if self.sku(each) == sku), None)
        if line is None:
            country = str(order.delivery.get("country", "NL"))
            order.lines.append(self.till.line(self.shelves.by_sku[sku], quantity, country))
        elif quantity:
            self.till.reprice(line, quantity)
        else:
            order.lines.remove(line)
        self.till.close(order)
        if order.status in REDUCING:
            self._take_stock(order)
        sale = self.world.ledger.sales[(CHANNEL, str(order.order_id))]
        sale.units = [Units(name, each.quantity) for each in order.lines if (name := self.sku(each))]
        sale.total = order.total
        self.touch(order)

    def set_status(self, order: Order, status: str) -> None:
        """Move an order; stock, dates and the ledger follow."""
        if status == order.status:
            return
        old, order.status = order.status, status
        self.note(order, f"Order status changed from {old} to {status}.")
        self._arrive(order)

    def _arrive(self, order: Order) -> None:
        now, sale = self.clock.now(), self.world.ledger.sales.get((CHANNEL, str(order.order_id)))
        if order.status in PAID and order.paid_at is None:
            order.paid_at = now
        if sale is not None and sale.paid_at is None:
            sale.paid_at = order.paid_at
        if order.status in REDUCING:
            self._take_stock(order)
        if order.status == "completed":
            order.completed_at = order.completed_at or now
            self._confirm(order)
        if order.status in ("cancelled", "trash"):
            self._return_stock(order)
            if sale is not None and sale.cancelled_at is None:
                sale.cancelled_at = now

    def _take_stock(self, order: Order) -> None:
        for line in order.lines:
            product = self.product(line)
            if product is not None and product.manage_stock and not line.taken:
                line.taken = line.quantity
                product.sold += line.quantity
                self.set_stock(product, product.quantity - line.quantity, "sale")

    def _return_stock(self, order: Order) -> None:
        for line in order.lines:
            product = self.product(line)
            if product is not None and line.taken:
                taken, line.taken = line.taken, 0
                self.set_stock(product, product.quantity + taken, "platform")

    def set_stock(self, product: Product, quantity: int, by: Literal["hub", "sale", "platform"]) -> None:
        """Set the stock of a product, note what is shown now, and tell the webhooks."""
        product.quantity = quantity
        self.world.note_shown(CHANNEL, product.sku, quantity, by)
        self.touch_product(product)

    def touch_product(self, product: Product) -> None:
        product.modified_at = self.clock.now()
        self.hooks.tell("product.updated", product.product_id, lambda: self.show_product(product))

    def show_product(self, product: Product) -> Json:
        show = wire.variation if product.parent_id else wire.product
        return show(product, self.shelves, self.root)

    def show_order(self, order: Order, places: int = 2) -> Json:
        return order_wire.order(order, self.shelves, self.root, places)

    def touch(self, order: Order) -> None:
        """Mark an order as changed, as every PUT and every tracking entry does."""
        order.modified_at = self.clock.now()
        self.tell_order("updated", order)

    def tell_order(self, event: str, order: Order) -> None:
        """Tell the webhooks; of a deleted order only the id is told."""

        def body() -> Json:
            return {"id": order.order_id} if event == "deleted" else self.show_order(order)

        self.hooks.tell(f"order.{event}", order.order_id, body)

    def note(self, order: Order, text: str, *, customer: bool = False) -> Note:
        """Add a note; this does not change the order's modification date."""
        note = Note(next(self.posts), text, customer, self.clock.now())
        order.notes.insert(0, note)
        return note

    def add_tracking(
        self, order: Order, number: str, provider: str, custom: str, link: str, shipped: datetime
    ) -> Tracking:
        """Store a tracking entry under a new id, even when the same one is there already."""
        tracking_id = f"{self.chance.getrandbits(128):032x}"
        entry = Tracking(tracking_id, number, provider, custom, link, shipped)
        order.trackings.append(entry)
        self.note(order, f"Order was shipped with {custom} and tracking number is: {number}")
        if order.status == "completed":
            self._confirm(order)
        self.touch(order)
        return entry

    def _confirm(self, order: Order) -> None:
        """Note what a completed order tells the buyer; the shop does not know which parcel holds what."""
        units = tuple(Units(sku, line.quantity) for line in order.lines if (sku := self.sku(line)))
        fresh = [entry for entry in order.trackings if not entry.noted]
        for entry in fresh:
            entry.noted = True
            self._note_confirmed(order, () if order.confirmed else units, entry)
            order.confirmed = True
        if not order.confirmed:
            self._note_confirmed(order, units, None)
            order.confirmed = True

    def _note_confirmed(self, order: Order, units: tuple[Units, ...], entry: Tracking | None) -> None:
        number = entry.number if entry else None
        carrier = (entry.provider or entry.custom_provider) if entry else None
        at = self.clock.now()
        self.world.ledger.confirmed.append(Confirmed(CHANNEL, str(order.order_id), units, number, carrier, at))

    def product(self, line: Line) -> Product | None:
        return self.shelves.by_id.get(line.variation_id or line.product_id)

    def sku(self, line: Line) -> str | None:
        product = self.product(line)
        return product.sku if product else None

    def shown(self, sku: str) -> int:
        """Return what a buyer can order: the stock less what unpaid checkouts hold."""
        product = self.shelves.by_sku.get(sku)
        if product is None or not product.manage_stock or product.status != "publish":
            return 0
        return max(0, product.quantity - self._held(product))

    def _held(self, product: Product) -> int:
        if self.switches.unpaid_status != "pending":
            return 0
        waiting = (order for order in self.orders.values() if order.status == "pending")
        return sum(line.quantity for order in waiting for line in order.lines if self.product(line) is product)


def address(buyer: Buyer) -> Json:
    """Return a buyer as WooCommerce's address members: house number and street share one line."""
    street = f"{buyer.street} {buyer.house_number}"
    return {
        "first_name": buyer.first_name,
        "last_name": buyer.last_name,
        "company": buyer.company,
        "address_1": f"{street} {buyer.extension}".strip(),
        "address_2": "",
        "city": buyer.city,
        "state": "",
        "postcode": buyer.postcode,
        "country": buyer.country,
        "email": buyer.email,
        "phone": buyer.phone,
    }


def euros(amount: object) -> Decimal:
    """Read an amount in EUR from JSON; what is no number counts as zero, as in PHP."""
    try:
        return Decimal(str(amount)).quantize(Decimal("0.01"))
    except ArithmeticError:
        return Decimal(0)
