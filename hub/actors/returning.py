"""Returned goods matched to the lines of their order."""

from __future__ import annotations

from collections.abc import Sequence

from hub.domain.goods_return import ReturnedItem
from hub.domain.life.goods_return import ReturnState
from hub.store.goods_returns import StoredReturn, StoredReturnLine
from hub.store.orders import StoredOrder


def matched_lines(
    order: StoredOrder, others: Sequence[StoredReturn], items: Sequence[ReturnedItem]
) -> tuple[StoredReturnLine, ...]:
    """Return the lines of a return; of several order lines with one EAN the first takes it that has enough left."""
    left = {line.line_id: line.quantity - line.cancelled for line in order.lines}
    for one in others:
        for line in one.lines if one.status is not ReturnState.REFUSED else ():
            left[line.line_id or ""] = left.get(line.line_id or "", 0) - line.quantity
    found: list[StoredReturnLine] = []
    for place, item in enumerate(items):
        line_id = _line_of(order, left, item)
        left[line_id or ""] = left.get(line_id or "", 0) - item.quantity
        found.append(StoredReturnLine(place, item.external_id, line_id, item.ean, item.reason[:128], item.quantity))
    return tuple(found)


def _line_of(order: StoredOrder, left: dict[str, int], item: ReturnedItem) -> str | None:
    known = [
        line.line_id for line in order.lines if line.line_id == item.line_id or (item.ean and line.ean == item.ean)
    ]
    with_room = [line_id for line_id in known if left[line_id] >= item.quantity]
    return next(iter(with_room or known), None)
