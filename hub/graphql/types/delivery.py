"""Deliveries in Exact and the parcels that a channel is told of."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay

from hub.domain.delivery import ParcelStatus
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.listed import Listed
from hub.graphql.types.node import Stored
from hub.store import tables

if TYPE_CHECKING:
    from hub.graphql.types.channel import Channel
    from hub.graphql.types.order import Order
    from hub.graphql.types.order_line import OrderLine

LazyOrder = Annotated["Order", strawberry.lazy("hub.graphql.types.order")]
LazyChannel = Annotated["Channel", strawberry.lazy("hub.graphql.types.channel")]
LazyLine = Annotated["OrderLine", strawberry.lazy("hub.graphql.types.order_line")]


_P, _D = tables.parcel.c, tables.delivery.c
PARCEL: Listed = {
    "id": _P.parcel_id,
    "reference": _P.reference,
    "carrier": _P.carrier,
    "tracking": _P.tracking,
    "status": _P.status,
    "problem": _P.problem,
    "processId": _P.process_id,
    "shippedAt": _P.shipped_at,
    "confirmedAt": _P.confirmed_at,
    "goodsDelivery": _P.goods_delivery,
    "entryId": _P.entry_id,
}
DELIVERY: Listed = {
    "id": _D.delivery_id,
    "division": _D.division,
    "entryId": _D.entry_id,
    "number": _D.number,
    "deliveredAt": _D.delivered_at,
    "tracking": _D.tracking,
    "shippingMethodId": _D.shipping_method_id,
    "storedAt": _D.stored_at,
}


@strawberry.type(description="Units of one order line in one parcel.")
class ParcelUnits:
    quantity: int
    order_id: strawberry.Private[str]
    line_id: strawberry.Private[str]

    @shown("The order line; null where the channel's order no longer has it.")
    async def line(self, info: Info) -> LazyLine | None:
        from hub.graphql.types.order_line import OrderLine

        line = tables.order_line.c
        rows = await info.context.load.many(line.order_id, self.order_id, line.place)
        return next((OrderLine.of(row) for row in rows if row.line_id == self.line_id), None)


@strawberry.type(description="Goods that left under one tracking code; told to the channel once.")
class Parcel(Stored):
    key = tables.parcel.c.parcel_id
    listed = PARCEL
    parcel_id: relay.NodeID[str]
    reference: str
    carrier: str | None
    tracking: str | None
    units: list[ParcelUnits]
    status: ParcelStatus
    problem: str | None
    process_id: str | None
    shipped_at: datetime
    confirmed_at: datetime | None = strawberry.field(description="When the channel had taken it over.")
    goods_delivery: str = strawberry.field(description="How Exact knows of it: exact, todo or made.")
    entry_id: str | None = strawberry.field(description="Exact's id of the goods delivery that the hub made.")
    order_id: strawberry.Private[str]
    channel_id: strawberry.Private[str]
    delivery_id: strawberry.Private[str | None]

    @shown("The order it belongs to.")
    async def order(self, info: Info) -> LazyOrder | None:
        from hub.graphql.types.order import Order

        return await Order.find(info, self.order_id)

    @shown("The channel that is told of it.")
    async def channel(self, info: Info) -> LazyChannel | None:
        from hub.graphql.types.channel import Channel

        return await Channel.find(info, self.channel_id)

    @shown("The goods delivery in Exact that it came from.")
    async def delivery(self, info: Info) -> Delivery | None:
        return await Delivery.find(info, self.delivery_id)

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            parcel_id=row.parcel_id,
            reference=row.reference,
            carrier=row.carrier,
            tracking=row.tracking,
            units=[ParcelUnits(quantity=count, order_id=row.order_id, line_id=line) for line, count in row.units],
            status=ParcelStatus(row.status),
            problem=row.problem,
            process_id=row.process_id,
            shipped_at=row.shipped_at,
            confirmed_at=row.confirmed_at,
            goods_delivery=row.goods_delivery,
            entry_id=row.entry_id,
            order_id=row.order_id,
            channel_id=row.channel_id,
            delivery_id=row.delivery_id,
        )


@strawberry.type(description="A goods delivery in Exact; its parcels may belong to several orders.")
class Delivery(Stored):
    key = tables.delivery.c.delivery_id
    listed = DELIVERY
    delivery_id: relay.NodeID[str]
    division: int
    entry_id: str = strawberry.field(description="Exact's id of the delivery.")
    number: int | None
    delivered_at: datetime
    tracking: str | None
    shipping_method_id: str | None
    stored_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            delivery_id=row.delivery_id,
            division=row.division,
            entry_id=row.entry_id,
            number=row.number,
            delivered_at=row.delivered_at,
            tracking=row.tracking,
            shipping_method_id=row.shipping_method_id,
            stored_at=row.stored_at,
        )

    @shown("The parcels made of it.")
    async def parcels(self, info: Info) -> list[Parcel]:
        parcel = tables.parcel.c
        rows = await info.context.load.many(parcel.delivery_id, self.delivery_id, parcel.shipped_at, parcel.parcel_id)
        return [Parcel.of(row) for row in rows]
