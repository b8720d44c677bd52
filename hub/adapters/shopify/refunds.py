"""Refunds of an order, in the shop's currency.

What went back in all leads: lines and shipping say what for, and the rest is money without goods, or less of it where
the shop kept a part.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hub.adapters.fields import Fields, unreadable
from hub.adapters.limits import Lane
from hub.adapters.shopify.amounts import amount, maybe_amount
from hub.adapters.shopify.calls import ShopCalls
from hub.adapters.shopify.documents.refunds import REFUND_LINES, REFUNDS
from hub.adapters.shopify.gids import number_of
from hub.adapters.shopify.reading import required, rest_of
from hub.domain.money import total
from hub.domain.order import Charge, ChargeKind, Refund, RefundedLine

BACK_ON_THE_SHELF = frozenset({"CANCEL", "RETURN", "LEGACY_RESTOCK"})


async def refunds_of(calls: ShopCalls, order: Fields, node: str) -> tuple[Refund, ...]:
    """Return what was given back of an order, the earliest first; asked for only where anything was."""
    if not maybe_amount(order, "totalRefundedSet"):
        return ()
    found = (await calls.ask(REFUNDS, {"id": node}, lane=Lane.ORDERS)).maybe_child("order")
    told = found.children("refunds") if found is not None else []
    made = [await _refund(calls, each, included=order.flag("taxesIncluded")) for each in told]
    return tuple(sorted((one for one in made if one.total), key=lambda one: (one.made_at, one.refund_id)))


async def _refund(calls: ShopCalls, told: Fields, *, included: bool) -> Refund:
    made_at = told.maybe_instant("createdAt") or told.maybe_instant("processedAt")
    if made_at is None:
        raise unreadable(f"{told.where}.createdAt is missing")
    lines = await _lines(calls, told, included=included)
    charges = [*_shipping(told, included=included)]
    named = total(line.gross for line in lines) + total(charge.gross for charge in charges)
    if beside := amount(told, "totalRefundedSet") - named:
        charges.append(Charge(ChargeKind.DISCOUNT, "Refund without goods", beside))
    return Refund(number_of(told), made_at, tuple(lines), tuple(charges))


async def _lines(calls: ShopCalls, told: Fields, *, included: bool) -> Sequence[RefundedLine]:
    page, path = required(told, "refundLineItems"), ("refund", "refundLineItems")
    rest = rest_of(calls, REFUND_LINES, path, page, told.text("id"), Lane.ORDERS)
    return [_line(line, included=included) async for line in rest]


def _line(line: Fields, *, included: bool) -> RefundedLine:
    price, vat = amount(line, "subtotalSet"), amount(line, "totalTaxSet")
    return RefundedLine(
        line_id=number_of(required(line, "lineItem")),
        quantity=line.count("quantity"),
        gross=price if included else price + vat,
        vat=vat,
        restock=line.maybe_text("restockType") in BACK_ON_THE_SHELF,
    )


def _shipping(told: Fields, *, included: bool) -> Sequence[Charge]:
    nodes = required(told, "refundShippingLines").children("nodes")
    amounts = [(amount(each, "subtotalAmountSet"), amount(each, "taxAmountSet")) for each in nodes]
    return [_charge(price if included else price + vat, vat) for price, vat in amounts if price]


def _charge(gross: Decimal, vat: Decimal) -> Charge:
    return Charge(ChargeKind.SHIPPING, "Shipping", gross, vat=vat)
