"""Sales orders in Exact: looked up by our reference, posted once, read back whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import tzinfo

from hub.adapters.exact import mapping, payloads
from hub.adapters.exact.client import ExactClient
from hub.adapters.exact.odata import (
    Row,
    any_guid,
    batches,
    expanded,
    guid_literal,
    need_guid,
    read_guid,
    text_literal,
)
from hub.adapters.limits import Lane
from hub.domain.sales_order import YOUR_REF_LENGTH, SalesOrder, SalesOrderDraft
from hub.outcome import Rejected, Unavailable

ORDERS = "salesorder/SalesOrders"
LINES = "salesorder/SalesOrderLines"
SINGLE_PAGE = 60
"""Rows in a page of a single endpoint; an expanded collection this long may have been cut."""

_HEADER = ("OrderID", "OrderNumber", "YourRef", "AmountFC", "AmountFCExclVat", "Status")
_LINE = (
    "ID",
    "Item",
    "LineNumber",
    "Quantity",
    "AmountFC",
    "QuantityDelivered",
    "QuantityInvoiced",
    "NetPrice",
    "VATCode",
)
_SELECT = ",".join((*_HEADER, *(f"SalesOrderLines/{field}" for field in _LINE)))


class SalesOrders:
    """The sales orders of one division; the port's docstrings apply."""

    def __init__(self, client: ExactClient, zone: tzinfo) -> None:
        self._client = client
        self._zone = zone

    def until_refusable(self, kept: int) -> float:
        return self._client.until_refusable(ORDERS, kept)

    async def find(self, your_refs: Collection[str]) -> Mapping[str, SalesOrder]:
        """Ask for 25 references a call; of several orders with one reference the first counts."""
        rows: dict[str, list[Row]] = {one: [] for one in your_refs}
        for batch in batches([*rows]):
            for row in await self._read(" or ".join(f"YourRef eq {text_literal(one)}" for one in batch)):
                rows.get(str(row.get("YourRef", "")).strip(), []).append(row)
        return {one: await self._whole(min(found, key=_number)) for one, found in rows.items() if found}

    async def create(self, draft: SalesOrderDraft) -> str:
        if len(draft.your_ref) > YOUR_REF_LENGTH:
            raise Rejected(f"Reference longer than {YOUR_REF_LENGTH} characters", code="reference_too_long")
        row = await self._client.create(Lane.ORDERS, ORDERS, payloads.sales_order_payload(draft, self._zone))
        order_id = read_guid(row, "OrderID")
        if order_id is None:
            raise Unavailable("Exact created a sales order without telling its id", unknown=True)
        return order_id

    async def read(self, order_id: str) -> SalesOrder:
        rows = await self._read(f"OrderID eq {guid_literal(order_id)}")
        if not rows:
            raise Rejected(f"Sales order {order_id} is not in Exact", code="not_found")
        return await self._whole(rows[0])

    async def read_all(self, order_ids: Sequence[str]) -> Mapping[str, SalesOrder]:
        """Read 25 orders a call; of one with very many lines those are a call of their own."""
        found: dict[str, SalesOrder] = {}
        for batch in batches(order_ids):
            for row in await self._read(any_guid("OrderID", batch)):
                one = await self._whole(row)
                found[one.order_id] = one
        return found

    async def _read(self, condition: str) -> tuple[Row, ...]:
        """Filter rather than address by key: an unknown key would be a 404, which counts against the endpoint."""
        query = {"$filter": condition, "$select": _SELECT, "$expand": "SalesOrderLines"}
        return await self._client.rows(Lane.ORDERS, ORDERS, query)

    async def _whole(self, row: Row) -> SalesOrder:
        lines = expanded(row, "SalesOrderLines")
        if lines is None or len(lines) >= SINGLE_PAGE:
            condition = f"OrderID eq {guid_literal(need_guid(row, 'OrderID'))}"
            lines = await self._client.rows(Lane.ORDERS, LINES, {"$filter": condition, "$select": ",".join(_LINE)})
        return mapping.sales_order(row, lines)


def _number(row: Row) -> str:
    return str(row.get("OrderNumber", "")).zfill(12)
