"""Statements that lead from lines of a sales order in Exact back to the order lines they were booked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import Table, Update, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.store.engine import Work
from hub.store.parts import Booking
from hub.store.tables import order_line, order_line_part


@dataclass(frozen=True, slots=True)
class SalesLine:
    """The order line that a sales order line stands for.

    ``needs`` are the stock units that one offer takes of each sales order line that the order line was booked as: one,
    or those of a kit's parts. ``kit`` marks a kit that stands as its own item, whose parts Exact knows nothing of.
    """

    order_id: str
    line_id: str
    needs: Mapping[str, Decimal] = field(default_factory=dict)
    kit: bool = False

    @property
    def alone(self) -> bool:
        """Whether one sales order line tells all there is to tell."""
        return len(self.needs) == 1 and not self.kit

    def offers(self, gone: Mapping[str, Decimal]) -> int:
        """Return how many whole offers have left when so many stock units of each sales order line have."""
        return min(int(gone.get(one, Decimal(0)) // units) for one, units in self.needs.items())


async def orders_of_sales_lines(
    connection: AsyncConnection, tenant_id: str, sales_lines: Iterable[str]
) -> dict[str, SalesLine]:
    """Return what sales order lines stand for, by Exact's id of the line, the other parts of the same kits included."""
    wanted = list(sales_lines)
    return await _whole_lines(connection, tenant_id, wanted) | await _parts(connection, tenant_id, wanted)


async def _whole_lines(connection: AsyncConnection, tenant_id: str, wanted: list[str]) -> dict[str, SalesLine]:
    line, part = order_line.c, order_line_part.c
    parts = (part.tenant_id == line.tenant_id, part.order_id == line.order_id, part.line_id == line.line_id)
    kit = select(part.product_id).where(*parts).exists().label("kit")
    statement = select(line.sales_order_line_id, line.order_id, line.line_id, line.units_per_offer, kit).where(
        line.tenant_id == tenant_id, line.sales_order_line_id.in_(wanted)
    )
    return {
        row.sales_order_line_id: SalesLine(
            row.order_id, row.line_id, {row.sales_order_line_id: row.units_per_offer}, kit=bool(row.kit)
        )
        for row in (await connection.execute(statement)).all()
    }


async def _parts(connection: AsyncConnection, tenant_id: str, wanted: list[str]) -> dict[str, SalesLine]:
    part, asked = order_line_part.c, order_line_part.alias("asked")
    same = (asked.c.tenant_id == part.tenant_id) & (asked.c.order_id == part.order_id)
    statement = (
        select(part.order_id, part.line_id, part.sales_order_line_id, part.units)
        .distinct()
        .join(asked, same & (asked.c.line_id == part.line_id))
        .where(part.tenant_id == tenant_id, asked.c.sales_order_line_id.in_(wanted))
        .where(part.sales_order_line_id.is_not(None))
    )
    needs: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    for row in (await connection.execute(statement)).all():
        needs[row.order_id, row.line_id][row.sales_order_line_id] = row.units
    return {one: SalesLine(*key, units) for key, units in needs.items() for one in units}


async def note_sales_lines(work: Work, tenant_id: str, booked: Iterable[tuple[str, Booking, str | None]]) -> None:
    """Store which line of its sales order in Exact a booking of each order became. Repeatable."""
    of_lines, of_parts = [], []
    for order_id, booking, became in booked:
        row = {"its_tenant": tenant_id, "its_one": order_id, "its_line": booking.line_id, "its_became": became}
        if booking.part:
            of_parts.append(row | {"its_product": booking.product_id})
        else:
            of_lines.append(row)
    for statement, rows in ((_OF_LINE, of_lines), (_OF_PART, of_parts)):
        if rows:
            await work.execute(statement, rows)


def _became(table: Table) -> Update:
    own = table.c.tenant_id == bindparam("its_tenant"), table.c.order_id == bindparam("its_one")
    of_line = table.c.line_id == bindparam("its_line")
    return update(table).where(*own, of_line).values(sales_order_line_id=bindparam("its_became"))


_OF_LINE = _became(order_line)
_OF_PART = _became(order_line_part).where(order_line_part.c.product_id == bindparam("its_product"))
