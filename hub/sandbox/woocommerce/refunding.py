"""Money given back by the shop, and noted in the ledger."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from hub.sandbox.ledger import Refunded, Units
from hub.sandbox.woocommerce.orders import Line, Order, Refund
from hub.sandbox.woocommerce.shop import CHANNEL, Shop

CENT = Decimal("0.01")
Part = tuple[Line, int, Decimal, Decimal]
"""A line with the quantity, the net amount and the tax that go back for it."""


def refund_part(order: Order, shop: Shop, wanted: Units) -> Part:
    """Return what so many units of an article cost, such that all units cost what the line did."""
    line = next(each for each in order.lines if shop.sku(each) == wanted.sku)
    before = sum(quantity for refund in order.refunds for each, quantity, _, _ in refund.lines if each is line)
    after = before + wanted.quantity
    net, tax = (_up_to(whole, after, line) - _up_to(whole, before, line) for whole in (line.total.net, line.total.tax))
    return line, wanted.quantity, net, tax


def _up_to(whole: Decimal, quantity: int, line: Line) -> Decimal:
    return (whole * quantity / line.quantity).quantize(CENT, ROUND_HALF_UP)


def give_back(
    shop: Shop, order: Order, lines: list[Part], amount: Decimal | None, reason: str = "", *, paid_back: bool = False
) -> Refund:
    """Give money back; without an amount what the lines come to."""
    worth = sum((net + tax for _, _, net, tax in lines), Decimal())
    now = shop.clock.now()
    refund = Refund(next(shop.posts), worth if amount is None else amount, reason, now, lines, paid_back)
    order.refunds.append(refund)
    note = Refunded(CHANNEL, str(order.order_id), str(refund.refund_id), refund.amount, now)
    shop.world.ledger.refunds.append(note)
    if order.refunded == order.total:
        shop.set_status(order, "refunded")
    shop.touch(order)
    return refund
