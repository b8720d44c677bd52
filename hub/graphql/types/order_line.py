"""Order lines, charges and claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay

from hub.domain.order import ChargeKind
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.types.node import Stored
from hub.graphql.types.product import Product
from hub.store import tables


@strawberry.type(description="A product within an order line that is a kit.")
class OrderLinePart:
    units: Decimal = strawberry.field(description="Stock units in one offer.")
    booked: bool = strawberry.field(description="Whether it is a line of its own on the sales order.")
    sales_order_line_id: str | None = strawberry.field(description="Exact's id of that line.")
    product_id: strawberry.Private[str]

    @shown("What it is.")
    async def product(self, info: Info) -> Product | None:
        return await Product.find(info, self.product_id)

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            units=row.units,
            booked=row.booked,
            sales_order_line_id=row.sales_order_line_id,
            product_id=row.product_id,
        )


@strawberry.type(description="One line of an order; quantities count offers.")
class OrderLine(Stored):
    key = tables.order_line.c.order_id
    node_id: relay.NodeID[str]
    line_id: str = strawberry.field(description="The channel's own id of the line.")
    sku: str | None
    ean: str | None
    title: str
    quantity: int
    cancelled: int
    shipped: int
    cancellation_requested: bool
    units_per_offer: Decimal = strawberry.field(description="Stock units in one offer.")
    gross: Decimal = strawberry.field(description="What the buyer pays for the line, VAT included.")
    vat_rate: Decimal | None = strawberry.field(description="A fraction; null where the channel states none.")
    vat: Decimal | None
    discount: Decimal = strawberry.field(description="What was taken off, VAT included.")
    paid_by_platform: Decimal = strawberry.field(description="The part of it that the marketplace pays the seller.")
    voucher: bool = strawberry.field(description="A gift card that is sold: money for later, no supply.")
    sales_order_line_id: str | None = strawberry.field(description="Exact's id of the sales order line.")
    product_id: strawberry.Private[str | None]

    @shown("The product that the line was mapped to.")
    async def product(self, info: Info) -> Product | None:
        return await Product.find(info, self.product_id)

    @shown("The products of a kit, each in so many units.")
    async def parts(self, info: Info) -> list[OrderLinePart]:
        part = tables.order_line_part.c
        rows = await info.context.load.many(part.order_id, self.read_id(self.node_id), part.line_id, part.place)
        return [OrderLinePart.of(row) for row in rows if row.line_id == self.line_id]

    @shown("Offers still to be shipped.")
    def open(self) -> int:
        return 0 if self.voucher else max(0, self.quantity - self.cancelled - self.shipped)

    @classmethod
    def read_id(cls, node_id: str) -> str:
        order_id, colon, line_id = node_id.partition(":")
        if not (order_id and colon and line_id) or "\0" in node_id:
            raise ValueError("not a line")
        return order_id

    @classmethod
    def pick(cls, rows: Sequence[Row[Any]], node_id: str) -> Row[Any] | None:
        return next((row for row in rows if row.line_id == node_id.partition(":")[2]), None)

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            node_id=f"{row.order_id}:{row.line_id}",
            line_id=row.line_id,
            sku=row.sku,
            ean=row.ean,
            title=row.title,
            quantity=row.quantity,
            cancelled=row.cancelled,
            shipped=row.shipped,
            cancellation_requested=row.cancellation_requested,
            units_per_offer=row.units_per_offer,
            gross=row.gross,
            vat_rate=row.vat_rate,
            vat=row.vat,
            discount=row.discount,
            paid_by_platform=row.paid_by_platform,
            voucher=row.voucher,
            sales_order_line_id=row.sales_order_line_id,
            product_id=row.product_id,
        )


@strawberry.type(description="An amount beside the lines, VAT included; a discount is negative.")
class Charge:
    kind: ChargeKind
    description: str
    gross: Decimal
    vat_rate: Decimal | None
    vat: Decimal | None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Self:
        return cls(
            kind=ChargeKind(stored["kind"]),
            description=stored["description"],
            gross=Decimal(stored["gross"]),
            vat_rate=_decimal(stored.get("vat_rate")),
            vat=_decimal(stored.get("vat")),
        )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@strawberry.type(description="Units of a product promised to an order until FreeStock reflects it.")
class Claim:
    quantity: Decimal = strawberry.field(description="Stock units.")
    made_at: datetime
    released_at: datetime | None
    released_by: str | None
    product_id: strawberry.Private[str]

    @shown("What is claimed.")
    async def product(self, info: Info) -> Product | None:
        return await Product.find(info, self.product_id)

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            quantity=row.quantity,
            made_at=row.made_at,
            released_at=row.released_at,
            released_by=row.released_by,
            product_id=row.product_id,
        )
