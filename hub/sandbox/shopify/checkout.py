"""The checkout: turns what a buyer wants into an order with lines, discounts, payments and fulfilment orders."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from hub.sandbox.buyers import make_buyer
from hub.sandbox.ledger import Sale, Units
from hub.sandbox.platform import refuse_missing
from hub.sandbox.shopify.goods import Location, Variant
from hub.sandbox.shopify.money import CENT, NOTHING, Purse, cents
from hub.sandbox.shopify.orders import (
    Discount,
    FulfilmentOrder,
    Line,
    Order,
    Shipping,
    Task,
    Transaction,
)
from hub.sandbox.shopify.shop import CHANNEL, Shop
from hub.sandbox.shopify.totals import placed

TENTH = Decimal(10)
GIFT_CARD = Decimal("25.00")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a buyer asks for; shipping and discount in EUR including VAT."""

    lines: list[Units]
    country: str
    paid: bool
    shipping: Decimal
    discount: Decimal
    company: bool


class Checkout:
    """Sells; the switches decide which orders are out of the ordinary."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.switches = shop, shop.switches

    def sell(self, wish: Wish) -> Order:
        """Place an order; raises ``SoldOut`` where the shop shows less than is wanted."""
        refuse_missing(wish.lines, self.shop.shown, "the shop")
        order = self._open(wish)
        self._discount(order, wish.discount)
        if self._drawn("gift_cards_sold"):
            order.lines.append(self._gift_card())
        self._pay(order, paid=wish.paid)
        self.shop.orders[order.number] = order
        self._note(order, wish)
        self._route(order)
        self.shop.hooks.tell_order(order, "ORDERS_CREATE", *(["ORDERS_PAID"] if wish.paid else []))
        if self._drawn("deleted_variants") and (variant := order.lines[0].variant) is not None:
            self.shop.delete_variant(variant)
        return order

    def _drawn(self, counter: str) -> bool:
        left: int = getattr(self.switches, counter)
        setattr(self.switches, counter, max(0, left - 1))
        return left > 0

    def _open(self, wish: Wish) -> Order:
        shop, now = self.shop, self.shop.clock.now()
        number = next(shop.numbers)
        order = Order(
            number=number,
            sequence=next(shop.sequence),
            created_at=now,
            stamps=[now],
            buyer=make_buyer(shop.chance, wish.country, business=wish.company),
            customer_number=next(shop.numbers),
            taxes_included=self.switches.taxes_included,
            purse=self._purse(),
            lines=[self.line(each) for each in wish.lines],
            channel_liable=self._drawn("channel_liable"),
        )
        if self._drawn("null_skus"):
            order.lines[0].sku = None
        if wish.shipping:
            rate = max(line.rate for line in order.lines)
            order.shipping.append(Shipping(next(shop.numbers), "Standaard", self._priced(wish.shipping, rate), rate))
        return order

    def _purse(self) -> Purse:
        if not self._drawn("foreign_buyers"):
            return Purse()
        return Purse(self.switches.presentment_currency, Decimal(str(self.switches.presentment_rate)))

    def _priced(self, gross: Decimal, rate: Decimal) -> Decimal:
        """Return an amount as this shop writes it: with tax, or without."""
        return gross if self.switches.taxes_included else cents(gross / (1 + rate))

    def line(self, wanted: Units) -> Line:
        """Return a line at the price of the moment."""
        variant = self.shop.goods.by_sku[wanted.sku]
        variant.price = self.shop.world.prices[wanted.sku]
        return Line(
            number=next(self.shop.numbers),
            title=variant.product.title,
            variant_title=variant.title,
            sku=variant.sku,
            variant=variant,
            product_number=variant.product.number,
            quantity=wanted.quantity,
            current=wanted.quantity,
            unit=self._priced(variant.price, variant.rate),
            rate=variant.rate,
        )

    def _gift_card(self) -> Line:
        """Return a gift card that is sold: no tax, nothing on a shelf."""
        number, product = next(self.shop.numbers), next(self.shop.numbers)
        return Line(number, "Cadeaubon", "25 EUR", "GIFT-25", None, product, 1, 1, GIFT_CARD, NOTHING, gift_card=True)

    def _discount(self, order: Order, gross: Decimal) -> None:
        """Spread a code over the lines by their worth; perhaps take something off the first line besides."""
        if gross:
            amount = min(self._priced(gross, max(line.rate for line in order.lines)), _worth(order) - CENT)
            _spread(order, Discount(0, "WELKOM", amount, code="WELKOM"), amount)
        if self._drawn("line_discounts"):
            line = order.lines[0]
            own = Discount(len(order.discounts), "Vaste klant", percentage=TENTH)
            order.discounts.append(own)
            line.discounts.append((own, cents(line.unit * line.quantity * TENTH / 100)))

    def _pay(self, order: Order, *, paid: bool) -> None:
        total, now = placed(order).total, order.created_at
        status, gateway = ("SUCCESS", "shopify_payments") if paid else ("PENDING", "Bank Deposit")
        shares = [(gateway, total)]
        if self._drawn("gift_cards"):
            half = cents(total / 2)
            shares = [("gift_card", half), (gateway, total - half)]
        for name, amount in shares:
            settled = "SUCCESS" if name == "gift_card" else status
            number = next(self.shop.numbers)
            order.transactions.append(Transaction(number, "SALE", settled, name, amount, now))

    def _note(self, order: Order, wish: Wish) -> None:
        now = order.created_at
        total, paid_at = placed(order).total, now if wish.paid else None
        self.shop.world.note_sale(Sale(CHANNEL, str(order.number), list(wish.lines), total, now, paid_at))

    def _route(self, order: Order) -> None:
        """Give every line to a location that has it, or to two, and commit the stock there."""
        places: dict[int, list[Task]] = defaultdict(list)
        split = self._drawn("split_orders")
        for place, line in enumerate(order.lines):
            if line.variant is not None:
                for location, quantity in self._shares(line.variant, line.quantity, place if split else None):
                    places[location.number].append(Task(next(self.shop.numbers), line, quantity, quantity))
                    level = self.shop.level(line.variant, location)
                    self.shop.move(line.variant, level, "sale", available=-quantity, committed=quantity)
        status = "ON_HOLD" if self._drawn("held_orders") else "OPEN"
        for number, tasks in places.items():
            self.open_fulfilment(order, self.shop.goods.locations[number], tasks, status)

    def _shares(self, variant: Variant, wanted: int, place: int | None) -> list[tuple[Location, int]]:
        locations = list(self.shop.goods.locations.values())
        if place is not None:
            return [(locations[place % len(locations)], wanted)]
        shares = []
        for location in locations:
            level = variant.levels.get(location.number)
            taken = min(wanted, max(0, level.available)) if level else 0
            if taken:
                shares.append((location, taken))
                wanted -= taken
        return shares

    def open_fulfilment(self, order: Order, location: Location, tasks: list[Task], status: str) -> FulfilmentOrder:
        """Open a fulfilment order at a location."""
        now = self.shop.clock.now()
        made = FulfilmentOrder(next(self.shop.numbers), order, location, status, tasks, now, now)
        if status == "ON_HOLD":
            made.hold = next(self.shop.numbers)
        self.shop.fulfilment_orders[made.number] = made
        order.fulfilment_orders.append(made)
        return made


def _worth(order: Order) -> Decimal:
    return sum((line.unit * line.quantity for line in order.lines), NOTHING)


def _spread(order: Order, discount: Discount, amount: Decimal) -> None:
    worth, left = _worth(order), amount
    order.discounts.append(discount)
    for line in order.lines:
        share = left if line is order.lines[-1] else cents(amount * line.unit * line.quantity / worth)
        line.discounts.append((discount, share))
        left -= share
