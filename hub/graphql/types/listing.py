"""Listings: products as offered on a channel, with the explanation of the published number."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay

from hub.domain.matching import MappedBy, MatchProblem, codes_of
from hub.domain.platform import Platform
from hub.domain.stock import STOPPED
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.listed import Listed
from hub.graphql.types.enums import ListingStatus
from hub.graphql.types.node import Stored
from hub.graphql.types.product import Product
from hub.graphql.types.stock import StockRule, Term
from hub.store import tables
from hub.store.settings_codec import rule_from_json, settings_from_json

if TYPE_CHECKING:
    from hub.graphql.types.channel import Channel

LazyChannel = Annotated["Channel", strawberry.lazy("hub.graphql.types.channel")]


@strawberry.type(description="A product within an offer.")
class ListingPart:
    units: Decimal = strawberry.field(description="Stock units in one offer.")
    weight: Decimal | None = strawberry.field(description="What a unit is worth beside the others'.")
    product_id: strawberry.Private[str]

    @shown("What it is.")
    async def product(self, info: Info) -> Product | None:
        return await Product.find(info, self.product_id)

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(units=row.units, weight=row.weight, product_id=row.product_id)


@strawberry.type(description="A product that an unmapped listing may stand for.")
class MappingCandidate:
    by: MappedBy = strawberry.field(description="What led to it.")
    units: Decimal | None = strawberry.field(description="Stock units in one offer, where the SKU tells.")
    product: Product


async def candidates_of(info: Info, one: Listing) -> list[MappingCandidate]:
    """Return the products that a listing may stand for, by its SKU and then by its EAN."""
    found: list[MappingCandidate] = []
    row = await info.context.load.one(tables.channel.c.channel_id, one.channel_id)
    if one.sku and row is not None:
        rules = settings_from_json(row.settings, Platform(row.platform)).matching
        for code, units in ((one.sku, None), *codes_of(one.sku, rules)):
            rows = await info.context.load.many(tables.product.c.code, code, tables.product.c.code)
            by = MappedBy.SKU if code == one.sku else MappedBy.RULE
            found += [MappingCandidate(by=by, units=units, product=Product.of(each)) for each in rows]
    if one.ean:
        rows = await info.context.load.many(tables.product.c.ean, one.ean, tables.product.c.code)
        found += [MappingCandidate(by=MappedBy.EAN, units=None, product=Product.of(each)) for each in rows]
    return list({each.product.product_id: each for each in reversed(found)}.values())[::-1]


_C = tables.listing.c
LISTED: Listed = {
    "id": _C.listing_id,
    "externalId": _C.external_id,
    "mappedBy": _C.mapped_by,
    "sku": _C.sku,
    "ean": _C.ean,
    "title": _C.title,
    "byPlatform": _C.by_platform,
    "status": _C.status,
    "problem": _C.problem,
    "quantity": _C.quantity,
    "quantityAt": _C.quantity_at,
    "sent": _C.sent,
    "processId": _C.process_id,
    "zeroDue": _C.zero_due,
}


@strawberry.type(description="One product as offered on one channel.")
class Listing(Stored):
    key = tables.listing.c.listing_id
    listed = LISTED
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
    zero_due: datetime | None = strawberry.field(
        description="Showing nothing waits for a person's word, and until then at most."
    )
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

    @shown("What one offer holds, where that is several units or a kit; empty leaves it to product and rule.")
    async def parts(self, info: Info) -> list[ListingPart]:
        part = tables.listing_part.c
        rows = await info.context.load.many(part.listing_id, self.listing_id, part.place)
        return [ListingPart.of(row) for row in rows]

    @shown("Why it must not be sold, where its item ended or was blocked in Exact; null where it may be.")
    def stopped(self) -> str | None:
        told = [term.value for term in self.explanation if term.name.endswith(STOPPED)]
        return "; ".join(told) or None

    @shown("Why it has no product; null where it has one, or needs none.")
    async def mapping_problem(self, info: Info) -> MatchProblem | None:
        if self.status is not ListingStatus.UNMAPPED:
            return None
        found = [one for one in await candidates_of(info, self) if one.by is MappedBy.EAN]
        return MatchProblem.AMBIGUOUS if len(found) > 1 else MatchProblem.NOTHING_FITS

    @shown("Products that it may stand for, as its EAN and its SKU by the channel's rules tell; empty once mapped.")
    async def candidates(self, info: Info) -> list[MappingCandidate]:
        return await candidates_of(info, self) if self.status is ListingStatus.UNMAPPED else []

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
            zero_due=row.zero_due,
            explanation=Term.all_of(row.terms),
            channel_id=row.channel_id,
            product_id=row.product_id,
        )
