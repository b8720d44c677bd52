"""How a sales order that stands in Exact is brought to what is wanted now: deleted, completed, or changed line by line.

Everything follows from what Exact holds at the moment, so that a try that was cut short is simply made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from hub.domain.money import cents
from hub.domain.sales_order import DraftCharge, DraftLine, SalesOrder, SalesOrderDraft, SalesOrderLine

COMPLETE, CANCELLED = 21, 45
"""Exact's statuses of a sales order that nothing can be changed of any more."""


class Impossible(Exception):
    """Exact cannot follow; the message tells a person why, without personal data."""


@dataclass(frozen=True, slots=True)
class SalesOrderChanges:
    """Absolute changes: ``put`` by Exact's line id, ``add`` new lines, ``remove`` lines by Exact's id.

    ``charges`` are all that the order should have; None leaves them alone.
    """

    put: Mapping[str, DraftLine]
    add: tuple[DraftLine, ...] = ()
    remove: tuple[str, ...] = ()
    charges: tuple[DraftCharge, ...] | None = None

    def __bool__(self) -> bool:
        return bool(self.put or self.add or self.remove or self.charges is not None)


@dataclass(frozen=True, slots=True)
class Alignment:
    """What to do in Exact; ``lines`` maps our line ids to Exact's as far as they are there.

    ``all_left`` says that no more is wanted than what has left already.
    """

    lines: Mapping[str, str]
    changes: SalesOrderChanges
    delete: bool = False
    complete: bool = False
    all_left: bool = False


NOTHING = SalesOrderChanges({})


def align(
    found: SalesOrder, draft: SalesOrderDraft | None, known: Mapping[str, str], *, charges: bool = False
) -> Alignment:
    """Return what brings a sales order to a draft (None: nothing is wanted); ``known`` maps our lines to Exact's.

    ``charges`` says that those have changed too. Lines that people added in Exact are left alone. Raises Impossible.
    """
    if draft is None:
        return _end(found, known)
    standing = {line.line_id: line for line in found.lines}
    wanted = _by_line(draft, found)
    ours = _matched(wanted, standing, known)
    surplus = tuple(one for one in known.values() if one in standing and one not in ours.values())
    put = {ours[one]: _priced(line, standing[ours[one]]) for one, line in wanted.items() if one in ours}
    changes = SalesOrderChanges(
        {one: line for one, line in put.items() if _differs(line, standing[one])},
        tuple(line for one, line in wanted.items() if one not in ours),
        surplus,
        draft.charges if charges else None,
    )
    _must_be_possible(found, changes, standing)
    left = all(one in ours and standing[ours[one]].delivered == line.quantity for one, line in wanted.items())
    return Alignment(ours, changes, all_left=left)


def _by_line(draft: SalesOrderDraft, found: SalesOrder) -> dict[str, DraftLine]:
    """Return the lines of a draft by our ids; amounts that stand as lines of their own have none to be told by."""
    lines = {line.order_line_id: line for line in draft.lines if line.order_line_id is not None}
    if len(lines) < len(draft.lines):
        raise Impossible(
            f"Charges or cents of the order stand as lines of their own; correct sales order {found.order_number}"
            " in Exact, then settle the order."
        )
    return lines


def _end(found: SalesOrder, known: Mapping[str, str]) -> Alignment:
    """Delete what nothing left of; of a part that left the rest is completed, and the part is invoiced as usual."""
    left = [line for line in found.lines if line.delivered or line.invoiced]
    lines = {ours: theirs for ours, theirs in known.items() if theirs in {line.line_id for line in found.lines}}
    if not left:
        return Alignment(lines, NOTHING, delete=True)
    if all(line.delivered >= line.quantity for line in found.lines):
        raise Impossible(f"All goods of sales order {found.order_number} have left; it becomes a return.")
    return Alignment(lines, NOTHING, complete=True)


def _matched(
    wanted: Mapping[str, DraftLine], standing: Mapping[str, SalesOrderLine], known: Mapping[str, str]
) -> dict[str, str]:
    """Return Exact's lines by ours; a line that an earlier try added is found again by its item and quantity."""
    ours = {one: known[one] for one in wanted if known.get(one) in standing}
    free = [line for line in standing.values() if line.line_id not in known.values()]
    for name, line in wanted.items():
        if name not in ours:
            same = next((one for one in free if (one.item_id, one.quantity) == (line.item_id, line.quantity)), None)
            if same is not None:
                ours[name] = same.line_id
                free.remove(same)
    return ours


def _priced(line: DraftLine, standing: SalesOrderLine) -> DraftLine:
    """Keep the unit price as it stands where it gives the same amount to the cent."""
    price = standing.net_price
    if price is None or cents(price * line.quantity) != cents(line.net_price * line.quantity):
        return line
    return replace(line, net_price=price)


def _differs(line: DraftLine, standing: SalesOrderLine) -> bool:
    wanted = (line.item_id, line.quantity, line.net_price, line.vat_code)
    price = line.net_price if standing.net_price is None else standing.net_price
    return wanted != (standing.item_id, standing.quantity, price, standing.vat_code or line.vat_code)


def _must_be_possible(found: SalesOrder, changes: SalesOrderChanges, standing: Mapping[str, SalesOrderLine]) -> None:
    if changes and found.status in (COMPLETE, CANCELLED):
        raise Impossible(f"Sales order {found.order_number} is closed in Exact.")
    wanted = {one: line.quantity for one, line in changes.put.items()} | dict.fromkeys(changes.remove, Decimal(0))
    for one, quantity in wanted.items():
        gone = max(standing[one].delivered, standing[one].invoiced)
        if quantity < gone:
            raise Impossible(
                f"{gone.normalize():f} of line {standing[one].line_number} of sales order {found.order_number} left"
                " or were invoiced already; what is no longer wanted becomes a return."
            )
        if gone and one in changes.put and changes.put[one].item_id != standing[one].item_id:
            raise Impossible(f"Line {standing[one].line_number} of sales order {found.order_number} left already.")
