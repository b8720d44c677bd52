"""Refunds as the contract tells them with an order."""

from __future__ import annotations

from hub.adapters.fields import Fields, unreadable
from hub.domain.order import Charge, ChargeKind, Refund, RefundedLine


def refunds(order: Fields) -> tuple[Refund, ...]:
    """Return what was given back of an order; raises ``Rejected`` for what the contract does not describe."""
    return tuple(_refund(told) for told in order.children("refunds"))


def _refund(told: Fields) -> Refund:
    made_at = told.maybe_instant("made_at")
    if made_at is None:
        raise unreadable(f"{told.where}.made_at is missing")
    lines = tuple(_line(line) for line in told.children("lines"))
    return Refund(told.text("id"), made_at, lines, tuple(_charge(each) for each in told.children("charges")))


def _line(line: Fields) -> RefundedLine:
    quantity, gross = line.count("quantity", 0), line.amount("gross")
    if quantity < 0 or gross < 0:
        raise unreadable(f"{line.where} gives back less than nothing")
    return RefundedLine(line.text("line_id"), quantity, gross, line.maybe_amount("vat"), line.flag("restock"))


def _charge(told: Fields) -> Charge:
    kind = told.maybe_text("kind")
    if kind not in list(ChargeKind):
        raise unreadable(f"{told.where}.kind is none of {', '.join(ChargeKind)}")
    return Charge(ChargeKind(kind), told.maybe_text("description") or kind, told.amount("gross"))
