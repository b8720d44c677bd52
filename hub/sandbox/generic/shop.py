"""The shop: listings, orders, and what happens to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Literal

from hub.sandbox.buyers import make_buyer
from hub.sandbox.catalogue import Good
from hub.sandbox.generic.hooks import Hooks
from hub.sandbox.generic.orders import CENT, Charge, Json, Line, Order
from hub.sandbox.generic.switches import Switches
from hub.sandbox.ledger import Confirmed, Sale, Units
from hub.sandbox.world import World

CHANNEL = "generic"
STANDARD, REDUCED = Decimal("0.21"), Decimal("0.09")


@dataclass(slots=True)
class Listing:
    """One article on show; ``sequence`` is that of the last stock write.

    A hand may bend it: another ``sku`` is told, writes are ``refused`` or find the shop ``busy``, and lists still tell
    a ``stale`` number.
    """

    listing_id: str
    good: Good
    quantity: int
    sequence: int = 0
    sku: str | None = None
    refused: bool = False
    busy: bool = False
    stale: int | None = None

    def shown(self) -> Json:
        good = self.good
        told = {"id": self.listing_id, "sku": self.sku or good.sku, "ean": good.ean, "title": good.title}
        told |= {"price": f"{good.price:.2f}", "currency": "EUR"}
        return told | {"quantity": self.quantity if self.stale is None else self.stale, "stocked_by_platform": False}


class Shop:
    """All that the shop knows; every change of it goes through here, and into the ledger."""

    def __init__(self, world: World, switches: Switches) -> None:
        self.world, self.switches, self.clock = world, switches, world.clock
        self.chance = world.chance(CHANNEL)
        self.listings = {each.listing_id: each for each in (self._list(good) for good in world.goods)}
        self.by_sku = {each.good.sku: each for each in self.listings.values()}
        self.orders: dict[str, Order] = {}
        self.hooks = Hooks(world, switches)
        self._numbers = count(100001)

    def _list(self, good: Good) -> Listing:
        return Listing(f"offer-{good.sku}", good, sum(good.stock.values()) if self.switches.starting_stock else 0)

    def set_stock(self, listing: Listing, quantity: int, by: Literal["hub", "sale", "platform"]) -> None:
        """Set what buyers can order, and note it."""
        listing.quantity = quantity
        self.world.note_shown(CHANNEL, listing.good.sku, max(0, quantity), by)

    def book(
        self,
        units: list[Units],
        *,
        country: str,
        paid: bool,
        shipping: Decimal,
        discount: Decimal,
        by_platform: bool,
        company: bool,
    ) -> Order:
        """Take an order into the books: note the sale, take the stock, tell the hub."""
        now, order_id = self.clock.now(), str(next(self._numbers))
        lines = [self._line(f"{order_id}-{place}", each) for place, each in enumerate(units, start=1)]
        buyer = make_buyer(self.chance, country, business=company)
        order = Order(order_id, now, now, paid, by_platform, buyer, lines)
        _spread(discount, lines)
        if shipping:
            order.charges.append(Charge(shipping, max(line.vat_rate for line in lines)))
        self.orders[order_id] = order
        sold = Sale(CHANNEL, order_id, units, order.total, now, now if paid else None, by_platform=by_platform)
        self.world.note_sale(sold)
        if not by_platform:
            self._move_stock(((line, -line.quantity) for line in lines), "sale")
        self.hooks.tell(order_id, now)
        return order

    def _line(self, line_id: str, wanted: Units) -> Line:
        listing = self.by_sku[wanted.sku]
        good, price = listing.good, self.world.prices[wanted.sku]
        rate = REDUCED if good.vat_rate < Decimal("0.15") else STANDARD
        return Line(
            line_id=line_id,
            listing_id=listing.listing_id,
            sku=good.sku,
            ean=good.ean,
            title=good.title,
            quantity=wanted.quantity,
            unit_price=price,
            discount=Decimal(0),
            vat_rate=rate,
        )

    def _move_stock(self, moves: Iterable[tuple[Line, int]], by: Literal["sale", "platform"]) -> None:
        for line, quantity in moves:
            listing = self.listings[line.listing_id]
            self.set_stock(listing, listing.quantity + quantity, by)

    def pay(self, order: Order) -> None:
        """Let the money arrive."""
        if not order.paid:
            order.paid = True
            self._sale(order).paid_at = self.clock.now()
            self.touch(order)

    def cancel(self, order: Order, units: dict[str, int]) -> None:
        """Take units by line off; what nobody wants any more is for sale again."""
        off = [(line, min(units[line.line_id], line.open)) for line in order.lines if units.get(line.line_id)]
        for line, quantity in off:
            line.cancelled += quantity
        if not order.by_platform:
            self._move_stock(off, "platform")
        if all(line.cancelled == line.quantity for line in order.lines) and not order.cancelled:
            order.cancelled = True
            self._sale(order).cancelled_at = self.clock.now()
        elif not order.cancelled:
            self._lessen(order)
        self.touch(order)

    def _lessen(self, order: Order) -> None:
        """Let the ledger know what the buyer still buys."""
        sale = self._sale(order)
        sale.units = [Units(line.sku, line.quantity - line.cancelled) for line in order.lines]
        gone = sum((line.gross * line.cancelled / line.quantity for line in order.lines), Decimal())
        sale.total = order.total - gone.quantize(CENT)

    def ship(self, order: Order, parcel: Json) -> None:
        """Note that a parcel left."""
        lines = {line.line_id: line for line in order.lines}
        told = [(lines[each["line_id"]], int(each["quantity"])) for each in parcel["lines"]]
        for line, quantity in told:
            line.shipped += quantity
        units = tuple(Units(line.sku, quantity) for line, quantity in told)
        tracking, carrier, now = parcel.get("tracking"), parcel.get("carrier"), self.clock.now()
        self.world.ledger.confirmed.append(Confirmed(CHANNEL, order.order_id, units, tracking, carrier, now))
        self.touch(order)

    def touch(self, order: Order) -> None:
        """Mark an order as changed and tell the hub."""
        order.changed_at = self.clock.now()
        self.hooks.tell(order.order_id, order.changed_at)

    def _sale(self, order: Order) -> Sale:
        return self.world.ledger.sales[(CHANNEL, order.order_id)]


def _spread(discount: Decimal, lines: list[Line]) -> None:
    """Spread a discount over the lines by their worth; the last one takes what rounding left."""
    worth, left = sum((line.gross for line in lines), Decimal()), discount
    for line in lines if discount else ():
        share = left if line is lines[-1] else (discount * line.gross / worth).quantize(CENT)
        line.discount = min(share, line.gross)
        left -= line.discount
