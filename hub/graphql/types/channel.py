"""Channels: shops and marketplace accounts of a tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

import strawberry
from sqlalchemy import Row
from strawberry import relay

from hub.domain.channel import ChannelStatus
from hub.domain.platform import Platform
from hub.graphql.connection import After, Before, First, Keyset, Last, connect
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.types.actor import Actor
from hub.graphql.types.budget import Budget, Hook
from hub.graphql.types.listing import Listing
from hub.graphql.types.node import Stored
from hub.graphql.types.order import Order
from hub.graphql.types.settings import ChannelSettings
from hub.store import tables
from hub.store.settings_codec import settings_from_json
from hub.store.views.catalogue import BY_CHANNEL, ListingFilter, list_listings
from hub.store.views.orders import NEWEST_FIRST, OrderFilter, list_orders


@strawberry.type(description="One shop or marketplace account of the tenant.")
class Channel(Stored):
    key = tables.channel.c.channel_id
    channel_id: relay.NodeID[str]
    slug: str = strawberry.field(description="Its name in addresses and the activity log.")
    platform: Platform
    name: str
    base_url: str
    status: ChannelStatus
    reason: str | None
    settings: ChannelSettings
    created_at: datetime
    listings_read_at: datetime | None
    orders_swept_at: datetime | None
    swept_only: int = strawberry.field(description="Orders that only the sweep found: no webhook told of them.")
    too_old: int = strawberry.field(description="Looks at orders from before the channel's beginning: not taken in.")

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        return cls(
            channel_id=row.channel_id,
            slug=row.channel_id,
            platform=Platform(row.platform),
            name=row.name,
            base_url=row.base_url,
            status=ChannelStatus(row.status),
            reason=row.reason,
            settings=ChannelSettings.of(settings_from_json(row.settings, Platform(row.platform))),
            created_at=row.created_at,
            listings_read_at=row.listings_read_at,
            orders_swept_at=row.orders_swept_at,
            swept_only=min(row.swept_only, 2**31 - 1),
            too_old=min(row.too_old, 2**31 - 1),
        )

    @shown("The actor that works for it; null before its first message.")
    async def actor(self, info: Info) -> Actor | None:
        return await Actor.find(info, self._owner(info))

    @shown("Its budgets of calls.")
    async def budgets(self, info: Info) -> list[Budget]:
        rows = await info.context.load.many(tables.budget.c.owner, self._owner(info), tables.budget.c.name)
        return [Budget.of(row) for row in rows]

    @shown("Its webhook subscriptions.")
    async def hooks(self, info: Info) -> list[Hook]:
        rows = await info.context.load.many(tables.hook.c.owner, self._owner(info), tables.hook.c.topic)
        return [Hook.of(row) for row in rows]

    @shown("What it offers.")
    async def listings(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Keyset[Listing]:
        found = list_listings(info.context.tenant_id, ListingFilter(channel_id=self.channel_id))
        return await connect(info, Listing.of, found, BY_CHANNEL, first, after, last, before)

    @shown("Its orders, newest first.")
    async def orders(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Keyset[Order]:
        found = list_orders(info.context.tenant_id, OrderFilter(channel_id=self.channel_id))
        return await connect(info, Order.of, found, NEWEST_FIRST, first, after, last, before)

    def _owner(self, info: Info) -> str:
        return f"channel/{info.context.tenant_id}/{self.channel_id}"
