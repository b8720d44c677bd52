"""Refunds of an order: which lines they name, and what goes back beside them.

Amounts within a refund are negative; its ``amount`` is positive and leads. Asking twice for the same refund gives the
money back twice, so the hub only reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from hub.adapters.fields import Fields, unreadable
from hub.domain.money import total
from hub.domain.order import Charge, ChargeKind, Refund, RefundedLine

PER_PAGE = 100
ITEM = "_refunded_item_id"
"""Where a line of a refund names the line of the order that it gives back."""


def refunds(found: Iterable[Fields]) -> tuple[Refund, ...]:
    """Return the refunds of an order, the earliest first."""
    return tuple(sorted(map(_refund, found), key=lambda one: (one.made_at, one.refund_id)))


def _refund(told: Fields) -> Refund:
    made_at = told.maybe_instant("date_created_gmt")
    if made_at is None:
        raise unreadable(f"{told.where}.date_created_gmt is missing")
    lines = tuple(_lines(told))
    charges = tuple(_charges(told))
    amount = abs(told.amount("amount"))
    beside = amount - total(line.gross for line in lines) - total(charge.gross for charge in charges)
    if beside:
        charges = (*charges, Charge(ChargeKind.DISCOUNT, "Refund without goods", beside))
    return Refund(told.text("id"), made_at, lines, charges)


def _lines(told: Fields) -> Iterator[RefundedLine]:
    for line in told.children("line_items"):
        gross, quantity = _gross(line), abs(line.count("quantity", 0))
        if gross or quantity:
            yield RefundedLine(_of(line), quantity, gross, abs(line.maybe_amount("total_tax") or Decimal(0)))


def _charges(told: Fields) -> Iterator[Charge]:
    for kind, key, title in (
        (ChargeKind.SHIPPING, "shipping_lines", "method_title"),
        (ChargeKind.FEE, "fee_lines", "name"),
    ):
        for line in told.children(key):
            if gross := _gross(line):
                yield Charge(kind, line.maybe_text(title) or kind.value, gross)


def _gross(line: Fields) -> Decimal:
    return abs(line.amount("total") + (line.maybe_amount("total_tax") or Decimal(0)))


def _of(line: Fields) -> str:
    for meta in line.children("meta_data"):
        if meta.maybe_text("key") == ITEM and (own := meta.maybe_text("value")):
            return own
    raise unreadable(f"{line.where} names no line of its order")
