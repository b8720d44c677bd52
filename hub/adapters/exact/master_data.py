"""Master data and stock of a division: what the hub mirrors."""

from __future__ import annotations

from hub.adapters.exact import mapping
from hub.adapters.exact.accounts import ACCOUNT_FIELDS
from hub.adapters.exact.client import ExactClient
from hub.adapters.exact.odata import Row, read_text
from hub.adapters.exact.sync import SyncCursor, SyncPage, read_sync
from hub.adapters.limits import Lane
from hub.adapters.port import DeletedRow, Page, StockRow
from hub.clock import Clock
from hub.domain.product import Customer, Division, ErpItem, ShippingMethod, VatCode, Warehouse
from hub.outcome import Rejected

STOCK = "sync/Inventory/StockPositions"
ITEMS = "sync/Logistics/Items"
ACCOUNTS = "sync/CRM/Accounts"
DELETED = "sync/Deleted"

_STOCK_FIELDS = "Timestamp,ItemId,ItemCode,Warehouse,FreeStock"
_ITEM_FIELDS = (
    "Timestamp,ID,Code,Barcode,Description,SalesVatCode,Unit,IsStockItem,IsSalesItem,IsFractionAllowedItem,EndDate,"
    "CostPriceStandard,AverageCost,CostPriceCurrency"
)
_ACCOUNT_FIELDS = f"Timestamp,{ACCOUNT_FIELDS}"
_DELETED_FIELDS = "Timestamp,EntityKey,EntityType"
_MOVES = ("DivisionMoveDate", "DivisionHRLinkUnlinkDate")
_ARCHIVED = 2


class MasterData:
    """The readings of one division; the port's docstrings apply."""

    def __init__(self, client: ExactClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    async def divisions(self) -> tuple[Division, ...]:
        rows = await self._rows("system/Divisions", "Code,Description,Country,Currency,Status")
        return tuple(mapping.division(row) for row in rows if row.get("Status") != _ARCHIVED)

    async def warehouses(self) -> tuple[Warehouse, ...]:
        rows = await self._rows("inventory/Warehouses", "ID,Code,Description,Main")
        return tuple(mapping.warehouse(row, self._client.division) for row in rows)

    async def vat_codes(self) -> tuple[VatCode, ...]:
        fields = "ID,Code,Description,Percentage,Type,VATTransactionType,IsBlocked"
        rows, dated = await self._rows("vat/VATCodes", fields), await self._percentages()
        return tuple(mapping.vat_code(row, self._client.division, dated) for row in rows)

    async def _percentages(self) -> tuple[Row, ...]:
        """Read what the VAT codes carried when; without the right to, only the percentages of today are known."""
        try:
            return await self._rows("vat/VatPercentages", "VATCodeID,Percentage,StartDate,EndDate,Type")
        except Rejected:
            return ()

    async def shipping_methods(self) -> tuple[ShippingMethod, ...]:
        rows = await self._rows("sales/ShippingMethods", "ID,Code,Description,TrackingURL")
        return tuple(mapping.shipping_method(row, self._client.division) for row in rows)

    async def customers_since(self, cursor: str | None) -> Page[Customer]:
        page = await self._changed(Lane.CATALOGUE, ACCOUNTS, _ACCOUNT_FIELDS, cursor)
        rows = tuple(mapping.customer(row, self._client.division) for row in page.rows)
        return Page(rows, page.cursor.write(), more=page.more)

    async def items_since(self, cursor: str | None) -> Page[ErpItem]:
        page = await self._changed(Lane.CATALOGUE, ITEMS, _ITEM_FIELDS, cursor)
        now = self._clock.now()
        rows = tuple(mapping.item(row, self._client.division, now) for row in page.rows)
        return Page(rows, page.cursor.write(), more=page.more)

    async def stock_since(self, cursor: str | None) -> Page[StockRow]:
        page = await self._changed(Lane.STOCK, STOCK, _STOCK_FIELDS, cursor)
        rows = tuple(map(mapping.stock_row, page.rows))
        return Page(rows, page.cursor.write(), more=page.more, follows=page.follows)

    async def deleted_since(self, cursor: str | None) -> Page[DeletedRow]:
        """Read deletions of every kind, since only the timestamp may be filtered; those of no concern are left out."""
        page = await self._changed(Lane.STOCK, DELETED, _DELETED_FIELDS, cursor)
        rows = tuple(row for row in map(mapping.deleted_row, page.rows) if row is not None)
        return Page(rows, page.cursor.write(), more=page.more)

    async def generation(self) -> str:
        """Return when the division was moved to another database, as Exact writes it; stock readings wait for it."""
        query = {"$filter": f"Code eq {self._client.division}", "$select": ",".join(("Code", *_MOVES))}
        rows = await self._client.rows(Lane.STOCK, "system/Divisions", query)
        if not rows:
            raise Rejected(f"Division {self._client.division} is not in Exact's list", code="not_found")
        return "|".join(read_text(rows[0], field) for field in _MOVES)

    async def _rows(self, entity: str, fields: str) -> tuple[Row, ...]:
        return await self._client.rows(Lane.CATALOGUE, entity, {"$select": fields})

    async def _changed(self, lane: Lane, entity: str, fields: str, cursor: str | None) -> SyncPage:
        return await read_sync(self._client, lane, entity, fields, SyncCursor.read(cursor))
