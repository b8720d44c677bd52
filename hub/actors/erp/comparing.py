"""An order beside its sales order: which line is which, what differs, and what is no longer wanted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hub.domain.forwarding import Books, Hold
from hub.domain.money import CENT, total
from hub.domain.order import HoldCause, OrderStatus
from hub.domain.sales_order import SalesOrder, SalesOrderDraft, SalesOrderLine
from hub.store.orders import StoredLine, StoredOrder


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """What Exact should hold for one of our lines (stock units)."""

    line_id: str
    item_id: str
    quantity: Decimal


def expected_lines(order: StoredOrder, books: Books) -> list[ExpectedLine]:
    """Return what Exact should hold of an order; lines called off by now come last, as they were first ordered."""
    known = [line for line in order.lines if line.product_id is not None and line.product_id in books.items]
    known.sort(key=lambda line: _wanted(line) == 0)
    return [
        ExpectedLine(
            line.line_id,
            books.items[line.product_id or ""].item_id,
            _wanted(line) or Decimal(line.quantity * line.units_per_offer),
        )
        for line in known
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
    wanted = {line.line_id: _wanted(line) for line in order.lines}
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
    """Return what Exact's VAT on the lines differs from the channel's; zero where the channel states none."""
    if draft.charges or any(line.vat is None for line in draft.lines):
        return Decimal(0)
    stated = total(line.vat for line in draft.lines if line.vat is not None)
    return (stored.total - stored.total_excluding_vat) - stated


def _wanted(line: StoredLine) -> Decimal:
    return Decimal(max(0, line.quantity - line.cancelled) * line.units_per_offer)
