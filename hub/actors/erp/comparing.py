"""An order beside its sales order: which line is which, what differs, and what is no longer wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.forwarding import Books, Hold
from hub.domain.money import CENT
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.sales_order import SalesOrder, SalesOrderDraft, SalesOrderLine
from hub.store.orders import StoredLine, StoredOrder
from hub.store.parts import Booking


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """What Exact should hold for one of our lines, or for a part of a kit, by the booking's key (stock units)."""

    line_id: str
    item_id: str
    quantity: Decimal


def expected_lines(order: StoredOrder, books: Books) -> list[ExpectedLine]:
    """Return what Exact should hold of an order; lines called off by now come last, as they were first ordered."""
    known = [
        (line, one)
        for line in order.lines
        for one in line.bookings
        if one.product_id is not None and one.product_id in books.items
    ]
    known.sort(key=lambda each: _wanted(*each) == 0)
    return [
        ExpectedLine(
            one.key, books.items[one.product_id or ""].item_id, _wanted(line, one) or line.quantity * one.units
        )
        for line, one in known
    ]


def match_lines(expected: Sequence[ExpectedLine], stored: Sequence[SalesOrderLine]) -> dict[str, str]:
    """Return Exact's line ids by ours, in the order of Exact's line numbers: same item and quantity, else same item.

    The second is for quantities that changed on the channel after the order was sent.
    """
    left = sorted(stored, key=lambda line: line.line_number)
    found: dict[str, str] = {}
    for same in (_same_quantity, _same_item):
        for line in expected:
            match = None if line.line_id in found else _first(left, line, same)
            if match is not None:
                found[line.line_id] = match.line_id
                left.remove(match)
    return found


def _same_item(line: ExpectedLine, stored: SalesOrderLine) -> bool:
    return stored.item_id == line.item_id


def _same_quantity(line: ExpectedLine, stored: SalesOrderLine) -> bool:
    return stored.item_id == line.item_id and stored.quantity == line.quantity


def _first(
    left: Sequence[SalesOrderLine], line: ExpectedLine, same: Callable[[ExpectedLine, SalesOrderLine], bool]
) -> SalesOrderLine | None:
    return next((one for one in left if same(line, one)), None)


def called_off(order: StoredOrder, found: SalesOrder, lines: dict[str, str]) -> Hold | None:
    """Say what Exact holds of an order that the channel no longer wants; None where both agree."""
    quantities = {line.line_id: line.quantity for line in found.lines}
    wanted = {one.key: _wanted(line, one) for line in order.lines for one in line.bookings}
    over = [one for one, theirs in lines.items() if quantities[theirs] > wanted.get(one, Decimal(0))]
    if order.off or order.status is OrderStatus.CANCELLED or over:
        part = "was cancelled" if order.off or order.status is OrderStatus.CANCELLED else "was cancelled in part"
        message = f"Order {order.number} {part} while it went to Exact; correct sales order {found.order_number} there."
        return Hold(HoldCause.CANCELLED_AFTER_FORWARDING, message, lines=over)
    return None


def difference(draft: SalesOrderDraft, found: SalesOrder) -> Hold | None:
    """Say how the amounts in Exact differ from what the buyer paid; None where they are equal to the cent."""
    if differs := _difference(draft, found):
        return Hold(
            HoldCause.TOTALS_DIFFER,
            f"Exact totals {found.total:.2f}, the channel {draft.total:.2f} {draft.currency}; correct it in Exact.",
            difference=str(differs),
        )
    vat = _vat_difference(draft, found)
    if abs(vat) >= CENT:
        return Hold(
            HoldCause.TOTALS_DIFFER, f"VAT in Exact differs by {vat:.2f} {draft.currency}.", vat_difference=str(vat)
        )
    return None


def _difference(draft: SalesOrderDraft, stored: SalesOrder) -> Decimal:
    """Return what Exact's total differs from the channel's, in the order's currency; zero when equal."""
    return stored.total - draft.total


def _vat_difference(draft: SalesOrderDraft, stored: SalesOrder) -> Decimal:
    """Return what Exact's VAT differs from the channel's; zero where the channel does not state it for everything."""
    if draft.vat is None:
        return Decimal(0)
    return (stored.total - stored.total_excluding_vat) - draft.vat


def _wanted(line: StoredLine, one: Booking) -> Decimal:
    return max(0, line.quantity - line.cancelled) * one.units
