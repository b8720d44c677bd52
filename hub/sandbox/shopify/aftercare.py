"""What happens to an order after the sale: payment, edits, refunds, cancellation, and stock changed by hand."""

from __future__ import annotations

from decimal import Decimal

from hub.sandbox.ledger import Refunded, Units
from hub.sandbox.matching import belongs
from hub.sandbox.shopify.checkout import Checkout
from hub.sandbox.shopify.money import cents
from hub.sandbox.shopify.orders import Line, Order, Refund, Task, Transaction
from hub.sandbox.shopify.shop import CHANNEL, Shop
from hub.sandbox.shopify.totals import current


class Aftercare:
    """People at the shop, and what their clicks do."""

    def __init__(self, shop: Shop, checkout: Checkout) -> None:
        self.shop, self.checkout = shop, checkout

    def pay(self, order: Order) -> None:
        """Let the money arrive; a paid or cancelled order stays as it is."""
        waiting = [each for each in order.transactions if each.status == "PENDING"]
        if not waiting or order.cancelled_at is not None:
            return
        for each in waiting:
            each.status, each.at = "SUCCESS", self.shop.clock.now()
        self.shop.world.ledger.sales[(CHANNEL, str(order.number))].paid_at = self.shop.clock.now()
        self.shop.touch(order, "ORDERS_PAID")

    def edit(self, order: Order, sku: str, quantity: int) -> None:
        """Set the quantity of an article on an order: fewer are removed, more become a line of their own."""
        lines = [line for line in order.lines if line.sku == sku]
        had = sum(line.current for line in lines)
        for line in reversed(lines):
            gone = min(had - quantity, line.current - line.fulfilled)
            if gone > 0:
                self._remove(order, line, gone, restock=True)
                had -= gone
        if quantity > had:
            self._add(order, Units(sku, quantity - had))
        order.edited = True
        self._recount(order)
        self.shop.touch(order, "ORDERS_EDITED")

    def _add(self, order: Order, units: Units) -> None:
        line = self.checkout.line(units)
        line.added = True
        order.lines.append(line)
        self._commit(order, line)

    def _commit(self, order: Order, line: Line) -> None:
        shop, variant = self.shop, line.variant
        if variant is None:
            return
        task = Task(next(shop.numbers), line, line.quantity, line.quantity)
        shop.move(
            variant, shop.level(variant, shop.goods.main), "sale", available=-line.quantity, committed=line.quantity
        )
        at_main = [each for each in order.fulfilment_orders if each.location is shop.goods.main]
        waiting = next((each for each in at_main if each.status == "OPEN"), None)
        if waiting is None:
            self.checkout.open_fulfilment(order, shop.goods.main, [task], "OPEN")
        else:
            waiting.tasks.append(task)

    def _remove(self, order: Order, line: Line, gone: int, *, restock: bool) -> None:
        """Take units off a line that are not sent yet; they leave their fulfilment orders."""
        line.current -= gone
        for each in order.fulfilment_orders:
            for task in each.tasks:
                taken = min(gone, task.remaining) if task.line is line else 0
                if taken:
                    task.remaining -= taken
                    task.total -= taken
                    gone -= taken
                    self._release(line, each.location.number, taken, restock=restock)
            if not each.remaining and each.status != "CLOSED":
                each.status = "CLOSED"

    def _release(self, line: Line, location: int, quantity: int, *, restock: bool) -> None:
        if line.variant is not None:
            level = line.variant.levels[location]
            self.shop.move(line.variant, level, "platform", available=quantity if restock else 0, committed=-quantity)

    def _recount(self, order: Order) -> None:
        """Let the ledger know what the buyer now buys."""
        sale = self.shop.world.ledger.sales[(CHANNEL, str(order.number))]
        skus = {id(line): line.sku or (line.variant.sku if line.variant else "") for line in order.lines}
        sale.units = [Units(skus[id(line)], line.current) for line in order.lines if line.current]
        sale.total = current(order).total

    def refund(self, order: Order, units: list[Units], amount: Decimal | None, note: str = "") -> None:
        """Give money back; without ``amount`` what the units cost. Units not yet sent are taken off the order."""
        shop, lines = self.shop, []
        worth = Decimal(0)
        for wanted in units:
            line = next(each for each in order.lines if each.sku == wanted.sku)
            worth += self._worth(order, line, wanted.quantity)
            waiting = max(0, min(wanted.quantity, line.current - line.fulfilled))
            self._remove(order, line, waiting, restock=True)
            line.current -= wanted.quantity - waiting
            line.refunded += wanted.quantity
            lines.append((next(shop.numbers), line, wanted.quantity, waiting > 0))
        paid = next((each for each in order.transactions if each.kind == "SALE"), None)
        back = worth if amount is None else amount
        moved = Transaction(
            next(shop.numbers), "REFUND", "SUCCESS", paid.gateway if paid else "manual", back, shop.clock.now(), paid
        )
        order.transactions.append(moved)
        made = Refund(next(shop.numbers), shop.clock.now(), note, lines, [], [moved])
        order.refunds.append(made)
        shop.world.ledger.refunds.append(Refunded(CHANNEL, str(order.number), str(made.number), back, made.at))
        if units and not self._is_forwarded(order):
            self._recount(order)
        shop.hooks.tell_refund(order, order.refunds[-1])
        shop.touch(order)

    def _is_forwarded(self, order: Order) -> bool:
        """Say whether the books hold the order already: a refund is then theirs to credit, not to lessen the sale."""
        live = (each for each in self.shop.world.ledger.sales_orders.values() if each.deleted_at is None)
        return any(belongs(each.your_ref, str(order.number)) for each in live)

    @staticmethod
    def _worth(order: Order, line: Line, quantity: int) -> Decimal:
        amount = line.amount(quantity)
        return amount if order.taxes_included else amount + cents(amount * line.rate)

    def cancel(self, order: Order, reason: str, *, restock: bool, refund: bool, note: str | None = None) -> None:
        """Cancel an order; what was paid goes back where that was asked for."""
        if order.cancelled_at is not None:
            return
        shop, now = self.shop, self.shop.clock.now()
        for line in order.lines:
            self._remove(order, line, max(0, line.current - line.fulfilled), restock=restock)
        if refund and order.received > order.refunded:
            self._give_back(order)
        for each in order.transactions:
            if each.status == "PENDING":
                each.status = "FAILURE"
        order.cancelled_at, order.closed_at, order.cancel_reason = now, now, reason
        order.staff_note = note
        sale = shop.world.ledger.sales[(CHANNEL, str(order.number))]
        sale.cancelled_at = sale.cancelled_at or now
        shop.touch(order, "ORDERS_CANCELLED")

    def _give_back(self, order: Order) -> None:
        shop, amount = self.shop, order.received - order.refunded
        paid = next(each for each in order.transactions if each.kind == "SALE")
        moved = Transaction(next(shop.numbers), "REFUND", "SUCCESS", paid.gateway, amount, shop.clock.now(), paid)
        lines = [(next(shop.numbers), line, line.quantity, True) for line in order.lines]
        order.transactions.append(moved)
        order.refunds.append(Refund(next(shop.numbers), shop.clock.now(), "", lines, list(order.shipping), [moved]))

    def set_shown(self, sku: str, quantity: int) -> None:
        """Let a person in the admin set what is available at the main location."""
        variant = self.shop.goods.by_sku[sku]
        level = self.shop.level(variant, self.shop.goods.main)
        self.shop.move(variant, level, "platform", available=quantity - level.available)
