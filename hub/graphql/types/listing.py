"""Listings: products as offered on a channel, with the explanation of the published number."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay

from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.types.enums import ListingStatus
from hub.graphql.types.node import Stored
from hub.graphql.types.product import Product
from hub.graphql.types.stock import StockRule, Term
from hub.store import tables
from hub.store.settings_codec import rule_from_json

if TYPE_CHECKING:
    from hub.graphql.types.channel import Channel

LazyChannel = Annotated["Channel", strawberry.lazy("hub.graphql.types.channel")]


@strawberry.type(description="One product as offered on one channel.")
class Listing(Stored):
    key = tables.listing.c.listing_id
    listing_id: relay.NodeID[str]
    external_id: str = strawberry.field(description="The channel's own id of the offer.")
    mapped_by: str | None
    sku: str | None
    ean: str | None
    title: str
    by_platform: bool = strawberry.field(description="Shipped by the marketplace: its stock is never published.")
    rule: StockRule | None = strawberry.field(description="Its own stock rule; without one the channel's holds.")
    status: ListingStatus
    problem: str | None = strawberry.field(description="Why the channel refuses its stock.")
    quantity: int | None = strawberry.field(description="What the channel shows; null where that is unknown.")
    quantity_at: datetime | None
    sent: int | None = strawberry.field(description="What was sent last.")
    process_id: str | None = strawberry.field(description="The channel's process that works on what was sent last.")
    explanation: list[Term] = strawberry.field(description="The terms that the number sent last was made of.")
    channel_id: strawberry.Private[str]
    product_id: strawberry.Private[str | None]

    @shown("The channel that shows it.")
    async def channel(self, info: Info) -> LazyChannel | None:
        from hub.graphql.types.channel import Channel

        return await Channel.find(info, self.channel_id)

    @shown("The product that it sells; null while unmapped.")
    async def product(self, info: Info) -> Product | None:
        return await Product.find(info, self.product_id)

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            listing_id=row.listing_id,
            external_id=row.external_id,
            mapped_by=row.mapped_by,
            sku=row.sku,
            ean=row.ean,
            title=row.title,
            by_platform=row.by_platform,
            rule=None if row.rule is None else StockRule.of(rule_from_json(row.rule)),
            status=ListingStatus(row.status),
            problem=row.problem,
            quantity=row.quantity,
            quantity_at=row.quantity_at,
            sent=row.sent,
            process_id=row.process_id,
            explanation=Term.all_of(row.terms),
            channel_id=row.channel_id,
            product_id=row.product_id,
        )
