"""Planned sales returns in Exact: by delivery line, credited by Exact once they are processed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from hub.adapters.exact.client import ExactClient
from hub.adapters.exact.odata import (
    Row,
    any_guid,
    batches,
    need_decimal,
    need_guid,
    read_guid,
    read_int,
    read_text,
    text_literal,
    wire_date,
)
from hub.adapters.limits import Lane
from hub.domain.goods_return import DeliveredLine, PlannedLine, PlannedReturn, ReturnDraft
from hub.outcome import Unavailable

RETURNS = "salesorder/PlannedSalesReturns"
DELIVERIES = "salesorder/GoodsDeliveries"
DELIVERY_LINES = "salesorder/GoodsDeliveryLines"
PROCESSED = 50
CREDITED = 1
"""CreateCredit: 1 makes a credit note of the returned quantity, 0 leaves it to be delivered again."""
_HEADER = "PlannedSalesReturnID,ReturnNumber,Status,Description"
_LINE = "ID,EntryID,SalesOrderLineID,Item,QuantityDelivered,LineNumber"


class SalesReturns:
    """The planned returns of one division; the port's docstrings apply."""

    def __init__(self, client: ExactClient, zone: tzinfo) -> None:
        self._client = client
        self._zone = zone

    async def delivered(self, sales_order_line_ids: Sequence[str]) -> tuple[DeliveredLine, ...]:
        """Read delivery lines and their headers, which alone name the warehouse: two calls for up to 25 of each.

        A line that lies at several storage locations comes once per location, under one id: it is added up.
        """
        rows: list[Row] = []
        for batch in batches(sales_order_line_ids):
            query = {"$filter": any_guid("SalesOrderLineID", batch), "$select": _LINE}
            rows += await self._client.rows(Lane.CATALOGUE, DELIVERY_LINES, query)
        heads = await self._heads(list(dict.fromkeys(need_guid(row, "EntryID") for row in rows)))
        found: dict[str, tuple[int, DeliveredLine]] = {}
        for row in rows:
            number, warehouse = heads.get(need_guid(row, "EntryID"), (0, None))
            if warehouse is not None:
                line = _delivered(row, warehouse)
                known = found.get(line.delivery_line_id)
                found[line.delivery_line_id] = (number, line if known is None else _added(known[1], line))
        return tuple(line for _, line in sorted(found.values(), key=lambda one: (one[0], one[1].delivery_line_id)))

    async def _heads(self, entry_ids: Sequence[str]) -> dict[str, tuple[int, str | None]]:
        found: dict[str, tuple[int, str | None]] = {}
        for batch in batches(entry_ids):
            query = {"$filter": any_guid("EntryID", batch), "$select": "EntryID,DeliveryNumber,Warehouse"}
            for row in await self._client.rows(Lane.CATALOGUE, DELIVERIES, query):
                number = read_int(row, "DeliveryNumber") or 0
                found[need_guid(row, "EntryID")] = (number, read_guid(row, "Warehouse"))
        return found

    async def plan(self, draft: ReturnDraft) -> str:
        row = await self._client.create(Lane.CATALOGUE, RETURNS, return_payload(draft, self._zone))
        return_id = read_guid(row, "PlannedSalesReturnID")
        if return_id is None:
            raise Unavailable("Exact planned a return without telling its id", unknown=True)
        return return_id

    async def find(self, reference: str) -> PlannedReturn | None:
        rows = await self._client.rows(
            Lane.CATALOGUE, RETURNS, {"$filter": f"Description eq {text_literal(reference)}", "$select": _HEADER}
        )
        found = [row for row in rows if read_text(row, "Description") == reference]
        return _planned(found[0]) if found else None

    async def read(self, return_ids: Sequence[str]) -> tuple[PlannedReturn, ...]:
        found: list[PlannedReturn] = []
        for batch in batches(return_ids):
            query = {"$filter": any_guid("PlannedSalesReturnID", batch), "$select": _HEADER}
            found += [_planned(row) for row in await self._client.rows(Lane.BACKFILL, RETURNS, query)]
        return tuple(found)


def _delivered(row: Row, warehouse: str) -> DeliveredLine:
    return DeliveredLine(
        delivery_line_id=need_guid(row, "ID"),
        sales_order_line_id=need_guid(row, "SalesOrderLineID"),
        item_id=need_guid(row, "Item"),
        quantity=need_decimal(row, "QuantityDelivered"),
        warehouse_id=warehouse,
    )


def _added(one: DeliveredLine, other: DeliveredLine) -> DeliveredLine:
    return DeliveredLine(
        one.delivery_line_id, one.sales_order_line_id, one.item_id, one.quantity + other.quantity, one.warehouse_id
    )


def _planned(row: Row) -> PlannedReturn:
    return PlannedReturn(
        need_guid(row, "PlannedSalesReturnID"), read_int(row, "ReturnNumber"), read_int(row, "Status") == PROCESSED
    )


def return_payload(draft: ReturnDraft, zone: tzinfo) -> dict[str, Any]:
    """Write the body of a POST to salesorder/PlannedSalesReturns; the day is the calendar date in ``zone``.

    Exact spells the delivery line's field ``GoodDeliveryLineID``.
    """
    return {
        "DeliveredTo": draft.customer_id,
        "Warehouse": draft.warehouse_id,
        "ReturnDate": wire_date(draft.returned_at, zone),
        "Description": draft.reference,
        "PlannedSalesReturnLines": [_line(line) for line in draft.lines],
    }


def _line(line: PlannedLine) -> dict[str, Any]:
    return {
        "Item": line.item_id,
        "GoodDeliveryLineID": line.delivery_line_id,
        "PlannedReturnQuantity": line.quantity,
        "ReceivedQuantity": line.quantity,
        "CreateCredit": CREDITED,
    }
