"""Products: what the wholesaler sells, as Exact knows them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay

from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.listed import Listed, Made
from hub.graphql.types.node import Stored
from hub.graphql.types.stock import StockReading
from hub.store import tables

if TYPE_CHECKING:
    from hub.graphql.types.listing import Listing

LazyListing = Annotated["Listing", strawberry.lazy("hub.graphql.types.listing")]


@strawberry.type(description="A product as an item of one Exact division.")
class ErpItem:
    division: int
    item_id: str = strawberry.field(description="Exact's id of the item.")
    vat_code: str | None
    unit: str | None
    stocked: bool
    sold: bool
    ended: bool
    ends_at: datetime | None = strawberry.field(description="It is sold until then.")
    fractional: bool = strawberry.field(description="Whether parts of its unit may be sold.")

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            division=row.division,
            item_id=row.item_id,
            vat_code=row.vat_code,
            unit=row.unit,
            stocked=row.stocked,
            sold=row.sold,
            ended=row.ended,
            ends_at=row.ends_at,
            fractional=row.fractional,
        )


def _kept_back(safety_stock: Decimal | None) -> Decimal:
    return safety_stock or Decimal(0)


_C = tables.product.c
LISTED: Listed = {
    "id": _C.product_id,
    "code": _C.code,
    "ean": _C.ean,
    "description": _C.description,
    "safetyStock": Made(_C.safety_stock, _kept_back),
}


@strawberry.type(description="What the wholesaler sells; one per item code.")
class Product(Stored):
    key = tables.product.c.product_id
    listed = LISTED
    product_id: relay.NodeID[str]
    code: str
    ean: str | None
    description: str
    safety_stock: Decimal = strawberry.field(description="Stock units kept back on every channel.")

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            product_id=row.product_id,
            code=row.code,
            ean=row.ean,
            description=row.description,
            safety_stock=_kept_back(row.safety_stock),
        )

    @shown("The items of the divisions that carry this product.")
    async def items(self, info: Info) -> list[ErpItem]:
        item = tables.erp_item.c
        rows = await info.context.load.many(item.product_id, self.product_id, item.division)
        return [ErpItem.of(row) for row in rows]

    @shown("FreeStock as last read, per warehouse.")
    async def readings(self, info: Info) -> list[StockReading]:
        reading = tables.stock_reading.c
        rows = await info.context.load.many(reading.product_id, self.product_id, reading.division, reading.warehouse_id)
        return [StockReading.of(row) for row in rows]

    @shown("Stock units promised to channel orders that the readings do not reflect yet.")
    async def open_claims(self, info: Info) -> Decimal:
        return await info.context.load.open_claims(self.product_id)

    @shown("The listings that sell it, on all channels.")
    async def listings(self, info: Info) -> list[LazyListing]:
        from hub.graphql.types.listing import Listing

        listing = tables.listing.c
        rows = await info.context.load.many(listing.product_id, self.product_id, listing.channel_id)
        return [Listing.of(row) for row in rows]
