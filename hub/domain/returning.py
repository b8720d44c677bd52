"""How returned goods go back into the books: which units Exact credits, and from which delivery they came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from hub.domain.goods_return import DeliveredLine, PlannedLine
from hub.domain.life.goods_return import ReturnCause


class Unplannable(Exception):
    """A person must act."""

    def __init__(self, cause: ReturnCause, message: str) -> None:
        super().__init__(message)
        self.cause = cause
        self.message = message


def units_to_credit(good: int, returned_before: int, refunded: int) -> int:
    """Return how many of the good units no refund has credited; the earliest returned units are the refunded ones."""
    return max(0, returned_before + good - refunded) - max(0, returned_before - refunded)


def plan(
    wanted: Mapping[str, Decimal], delivered: Sequence[DeliveredLine], taken: Mapping[str, Decimal]
) -> tuple[str, tuple[PlannedLine, ...]]:
    """Return the warehouse and the delivery lines for stock units by sales order line; raises Unplannable.

    ``taken`` counts the units of delivery lines that went back before.
    """
    chosen: list[tuple[DeliveredLine, Decimal]] = []
    for sales_line, units in wanted.items():
        left = units
        for line in (one for one in delivered if one.sales_order_line_id == sales_line):
            part = min(left, line.quantity - taken.get(line.delivery_line_id, Decimal(0)))
            if part > 0:
                chosen.append((line, part))
                left -= part
        if left > 0:
            raise Unplannable(
                ReturnCause.NOT_DELIVERED, f"{units:f} units came back, and deliveries in Exact hold {left:f} less."
            )
    warehouses = sorted({line.warehouse_id for line, _ in chosen})
    if len(warehouses) != 1:
        raise Unplannable(ReturnCause.SEVERAL_WAREHOUSES, "The goods left from several warehouses; book it in Exact.")
    return warehouses[0], tuple(PlannedLine(line.delivery_line_id, line.item_id, part) for line, part in chosen)
