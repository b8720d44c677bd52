"""Goods deliveries in Exact: changes of headers and lines put together into whole deliveries, and new ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from hub.adapters.exact import mapping, payloads
from hub.adapters.exact.client import ExactClient
from hub.adapters.exact.odata import (
    BATCH,
    Row,
    any_guid,
    batches,
    expanded,
    guid_literal,
    need_guid,
    read_guid,
    read_instant,
)
from hub.adapters.exact.sales_orders import SINGLE_PAGE
from hub.adapters.exact.sync import SyncCursor, read_sync
from hub.adapters.limits import Lane
from hub.adapters.port import Page
from hub.clock import Clock
from hub.domain.delivery import Delivery
from hub.outcome import Rejected, Throttled, Unavailable

DELIVERIES = "salesorder/GoodsDeliveries"
LINES = "salesorder/GoodsDeliveryLines"
SYNC_HEADERS = "sync/SalesOrder/GoodsDeliveries"
SYNC_LINES = "sync/SalesOrder/GoodsDeliveryLines"
HORIZON = timedelta(days=60)
"""Deliveries untouched for so long are left out: a first reading passes over the whole history."""

_HEADER = ("EntryID", "DeliveryNumber", "DeliveryDate", "TrackingNumber", "ShippingMethod", "Description")
_LINE = ("ID", "EntryID", "SalesOrderLineID", "QuantityDelivered", "TrackingNumber")
_SELECT = ",".join((*_HEADER, *(f"GoodsDeliveryLines/{field}" for field in _LINE)))
_CHANGED = "Timestamp,EntryID,Modified"


class Deliveries:
    """The goods deliveries of one division; the port's docstrings apply."""

    def __init__(self, client: ExactClient, clock: Clock, zone: tzinfo) -> None:
        self._client = client
        self._clock = clock
        self._zone = zone

    async def since(self, cursor: str | None) -> Page[Delivery]:
        """Read what changed on headers and lines (two calls), then the changed deliveries whole (25 a call).

        A tracking code filled in later on one line brings the whole delivery again.
        """
        of_headers, of_lines, left = _read_cursor(cursor)
        if not left:
            headers = await read_sync(self._client, Lane.TRACKING, SYNC_HEADERS, _CHANGED, of_headers)
            lines = await read_sync(self._client, Lane.TRACKING, SYNC_LINES, _CHANGED, of_lines)
            of_headers, of_lines = headers.cursor, lines.cursor
            left = self._recent((*headers.rows, *lines.rows))
        whole, left = await self._as_far_as_it_goes(left)
        more = bool(left) or of_headers.following is not None or of_lines.following is not None
        return Page(whole, _write_cursor(of_headers, of_lines, left), more=more)

    async def _as_far_as_it_goes(self, entry_ids: Sequence[str]) -> tuple[tuple[Delivery, ...], Sequence[str]]:
        """Read deliveries whole; returns those, and the ids that are left where Exact asked to wait midway."""
        found: list[Delivery] = []
        for start in range(0, len(entry_ids), BATCH):
            try:
                found += await self._whole(entry_ids[start : start + BATCH])
            except (Throttled, Unavailable):
                if not start:
                    raise
                return tuple(found), entry_ids[start:]
        return tuple(found), ()

    async def read(self, entry_id: str) -> Delivery | None:
        found = await self._whole((entry_id,))
        return found[0] if found else None

    async def create(
        self, lines: Mapping[str, Decimal], delivered_at: datetime, tracking: str | None, description: str
    ) -> str:
        payload = payloads.delivery_payload(lines, delivered_at, tracking, description, self._zone)
        entry_id = read_guid(await self._client.create(Lane.TRACKING, DELIVERIES, payload), "EntryID")
        if entry_id is None:
            raise Unavailable("Exact created a delivery without telling its id", unknown=True)
        return entry_id

    async def find(self, description: str, sales_order_line_ids: Sequence[str]) -> str | None:
        """Look over the deliveries of these sales order lines for the one with our description."""
        for batch in batches(await self._entries(sales_order_line_ids)):
            query = {"$filter": any_guid("EntryID", batch), "$select": "EntryID,Description"}
            for row in await self._client.rows(Lane.TRACKING, DELIVERIES, query):
                if row.get("Description") == description:
                    return need_guid(row, "EntryID")
        return None

    async def of_lines(self, sales_order_line_ids: Sequence[str]) -> tuple[Delivery, ...]:
        """Read the deliveries of these sales order lines whole (two calls for up to 25 of each)."""
        return await self._whole(await self._entries(sales_order_line_ids))

    async def _entries(self, sales_order_line_ids: Sequence[str]) -> list[str]:
        entries: dict[str, None] = {}
        for batch in batches(sales_order_line_ids):
            query = {"$filter": any_guid("SalesOrderLineID", batch), "$select": "ID,EntryID"}
            rows = await self._client.rows(Lane.TRACKING, LINES, query)
            entries |= dict.fromkeys(need_guid(row, "EntryID") for row in rows)
        return list(entries)

    def _recent(self, rows: Iterable[Row]) -> list[str]:
        horizon = self._clock.now() - HORIZON
        entries: dict[str, None] = {}
        for row in rows:
            modified = read_instant(row.get("Modified"))
            if modified is None or modified >= horizon:
                entries[need_guid(row, "EntryID")] = None
        return list(entries)

    async def _whole(self, entry_ids: Sequence[str]) -> tuple[Delivery, ...]:
        found: list[Delivery] = []
        for batch in batches(entry_ids):
            query = {"$filter": any_guid("EntryID", batch), "$select": _SELECT, "$expand": "GoodsDeliveryLines"}
            rows = await self._client.rows(Lane.TRACKING, DELIVERIES, query)
            found += [mapping.delivery(row, await self._lines(row)) for row in rows]
        return tuple(found)

    async def _lines(self, row: Row) -> tuple[Row, ...]:
        lines = expanded(row, "GoodsDeliveryLines")
        if lines is not None and len(lines) < SINGLE_PAGE:
            return lines
        condition = f"EntryID eq {guid_literal(need_guid(row, 'EntryID'))}"
        return await self._client.rows(Lane.TRACKING, LINES, {"$filter": condition, "$select": ",".join(_LINE)})


def _write_cursor(headers: SyncCursor, lines: SyncCursor, left: Sequence[str]) -> str:
    return json.dumps([json.loads(headers.write()), json.loads(lines.write()), list(left)], separators=(",", ":"))


def _read_cursor(text: str | None) -> tuple[SyncCursor, SyncCursor, Sequence[str]]:
    """Take a cursor apart: of the headers, of the lines, and the changed deliveries that are not read yet."""
    if text is None:
        return SyncCursor(), SyncCursor(), ()
    try:
        match json.loads(text):
            case [headers, lines]:
                return SyncCursor.of(headers), SyncCursor.of(lines), ()
            case [headers, lines, [*left]]:
                return SyncCursor.of(headers), SyncCursor.of(lines), [str(one) for one in left]
    except ValueError as error:
        raise Rejected("the stored cursor is unreadable", code="bad_cursor") from error
    raise Rejected("the stored cursor is unreadable", code="bad_cursor")
