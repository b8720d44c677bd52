"""What differs between an order as the channel tells it now and as it went to Exact."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Self

import strawberry
from sqlalchemy import Row

from hub.domain.editing import Edit, LineEdit, Sold, SoldLine, difference
from hub.store.orders import stored_line, stored_order
from hub.store.sold import sold_from_json


@strawberry.type(description="Offers of a line, and what the buyer pays for them, VAT included.")
class LineAmount:
    quantity: int
    gross: Decimal

    @classmethod
    def of(cls, one: SoldLine | None) -> Self | None:
        return None if one is None else cls(quantity=one.quantity, gross=one.gross)


@strawberry.type(description="A line that differs.")
class LineDifference:
    line_id: str = strawberry.field(description="The channel's own id of the line.")
    name: str
    before: LineAmount | None = strawberry.field(description="As it went to Exact; null for a line that was added.")
    after: LineAmount | None = strawberry.field(description="As it is wanted now; null for a line that is off.")

    @classmethod
    def of(cls, one: LineEdit) -> Self:
        return cls(line_id=one.line_id, name=one.name, before=LineAmount.of(one.before), after=LineAmount.of(one.after))


@strawberry.type(description="All that differs between an order as it went to Exact and as it is wanted now.")
class OrderDifference:
    lines: list[LineDifference]
    charges_differ: bool
    only_less: bool = strawberry.field(description="Nothing but a cancellation: fewer offers at the same price.")

    @classmethod
    def of(cls, edit: Edit) -> Self | None:
        if not edit:
            return None
        return cls(
            lines=[LineDifference.of(line) for line in edit.lines],
            charges_differ=edit.charges is not None,
            only_less=edit.only_less,
        )


def difference_of(order: Row[Any], lines: Sequence[Row[Any]]) -> OrderDifference | None:
    """Return what differs, None where nothing does, or where the order is not in Exact."""
    before: Sold | None = sold_from_json(order.sold)
    if before is None or order.sales_order_id is None:
        return None
    return OrderDifference.of(difference(before, stored_order(order, [stored_line(line) for line in lines]).as_sold()))
