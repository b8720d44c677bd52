"""What can be asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import relay

from hub.domain.delivery import ParcelStatus
from hub.domain.life.cancellation import CancellationState
from hub.domain.order import OrderStatus
from hub.domain.platform import PROFILES
from hub.graphql.arguments import id_of, words
from hub.graphql.connection import After, Before, First, Keyset, Last, connect
from hub.graphql.context import Info
from hub.graphql.fields import shown
from hub.graphql.permissions import NeedsAdmin
from hub.graphql.rehearsals import Rehearsals
from hub.graphql.reports import Reports
from hub.graphql.types.actor import Actor, ParkedMessage
from hub.graphql.types.budget import Budget
from hub.graphql.types.cancellation import Cancellation
from hub.graphql.types.channel import Channel
from hub.graphql.types.delivery import Delivery, Parcel
from hub.graphql.types.drift import MoneyAtRisk, StockDifference, StockDifferencesFilter
from hub.graphql.types.enums import ListingStatus
from hub.graphql.types.erp import Division, ErpConnection
from hub.graphql.types.event import SyncEvent, SyncEventFilter
from hub.graphql.types.listing import Listing
from hub.graphql.types.order import Order
from hub.graphql.types.order_line import OrderLine
from hub.graphql.types.platform import PlatformProfile
from hub.graphql.types.product import Product
from hub.graphql.types.tenant import ApiToken, Tenant, Viewer
from hub.store import tables
from hub.store.events import EventFilter
from hub.store.views.actors import BY_ADDRESS, NEWEST_PARKED_FIRST, list_actors, list_parked
from hub.store.views.cancellations import NEWEST_ASKED_FIRST, list_cancellations
from hub.store.views.catalogue import BY_CHANNEL, BY_CODE, ListingFilter, list_listings, list_products
from hub.store.views.drift import OLDEST_FIRST, list_differences, money_at_risk
from hub.store.views.log import (
    NEWEST_DELIVERY_FIRST,
    NEWEST_EVENT_FIRST,
    NEWEST_PARCEL_FIRST,
    list_deliveries,
    list_events,
    list_parcels,
)
from hub.store.views.orders import MOST_URGENT_FIRST, NEWEST_FIRST, OrderFilter, list_orders
from hub.store.views.repairs import BY_LINE, list_unlisted_lines
from hub.store.views.risk import list_at_risk
from hub.store.views.rows import rows_of_tenant


@strawberry.input(description="Which listings to see; an absent field takes all.")
class ListingsFilter:
    channel_id: relay.GlobalID | None = None
    product_id: relay.GlobalID | None = None
    statuses: list[ListingStatus] | None = None
    search: str | None = strawberry.field(default=None, description="Words in title, SKU, EAN or the channel's id.")


@strawberry.input(description="Which orders to see; an absent field takes all.")
class OrdersFilter:
    channel_id: relay.GlobalID | None = None
    statuses: list[OrderStatus] | None = None
    placed_from: datetime | None = strawberry.field(default=None, description="Placed then or later.")
    placed_until: datetime | None = strawberry.field(default=None, description="Placed before then.")
    search: str | None = strawberry.field(default=None, description="Words in the number or the reference in Exact.")


@strawberry.type(description="All of it concerns the tenant of the access token, and no other.")
class Query(Reports, Rehearsals):
    node: relay.Node | None = relay.node(description="Any object by its id; null where the tenant has none such.")
    nodes: list[relay.Node | None] = relay.node(description="Many objects by their ids, in the order asked.")

    @shown("Who asks.")
    def viewer(self, info: Info) -> Viewer:
        return Viewer(label=info.context.who.label, role=info.context.who.role)

    @shown("The tenant.")
    async def tenant(self, info: Info) -> Tenant | None:
        return await Tenant.find(info, info.context.tenant_id)

    @shown("Grants to Exact Online, with their divisions.")
    async def erp_connections(self, info: Info) -> list[ErpConnection]:
        async with info.context.needs.database.read() as reading:
            rows = await rows_of_tenant(reading, info.context.tenant_id, tables.erp_connection)
        return [ErpConnection.of(row) for row in rows]

    @shown("A division by Exact's number.")
    async def division(self, info: Info, number: int) -> Division | None:
        return await Division.find(info, number)

    @shown("The platforms that channels may sell on.")
    def platforms(self, info: Info) -> list[PlatformProfile]:
        return [PlatformProfile.of(platform, profile) for platform, profile in PROFILES.items()]

    @shown("All channels.")
    async def channels(self, info: Info) -> list[Channel]:
        async with info.context.needs.database.read() as reading:
            rows = await rows_of_tenant(reading, info.context.tenant_id, tables.channel)
        return [Channel.of(row) for row in rows]

    @shown("One channel.")
    async def channel(self, info: Info, id: relay.GlobalID) -> Channel | None:
        return await Channel.find(info, id_of("Channel", id, "id"))

    @shown("Products by code.")
    async def products(
        self,
        info: Info,
        search: Annotated[str | None, strawberry.argument(description="Words in code, EAN or description.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[Product]:
        found = list_products(info.context.tenant_id, words(search))
        return await connect(info, Product.of, found, BY_CODE, first, after, last, before)

    @shown("Listings by channel and the channel's own id.")
    async def listings(
        self,
        info: Info,
        filter: ListingsFilter | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[Listing]:
        asked = filter or ListingsFilter()
        only = ListingFilter(
            channel_id=id_of("Channel", asked.channel_id, "channelId"),
            product_id=id_of("Product", asked.product_id, "productId"),
            statuses=tuple(status.value for status in asked.statuses or ()),
            search=words(asked.search),
        )
        found = list_listings(info.context.tenant_id, only)
        return await connect(info, Listing.of, found, BY_CHANNEL, first, after, last, before)

    @shown("Where channels show another number than Exact says, the oldest first.")
    async def stock_differences(
        self,
        info: Info,
        filter: StockDifferencesFilter | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[StockDifference]:
        found = list_differences(info.context.tenant_id, (filter or StockDifferencesFilter()).read())
        return await connect(info, StockDifference.of, found, OLDEST_FIRST, first, after, last, before)

    @shown("What differences put at risk, by cause and currency.")
    async def money_at_risk(self, info: Info, filter: StockDifferencesFilter | None = None) -> list[MoneyAtRisk]:
        only = (filter or StockDifferencesFilter()).read()
        async with info.context.needs.database.read() as reading:
            return [MoneyAtRisk.of(one) for one in await money_at_risk(reading, info.context.tenant_id, only)]

    @shown("Listings without a product; each tells why, and which products it may stand for. listingMap repairs one.")
    async def listings_to_repair(
        self,
        info: Info,
        channel_id: relay.GlobalID | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[Listing]:
        chosen = id_of("Channel", channel_id, "channelId")
        only = ListingFilter(channel_id=chosen, statuses=(ListingStatus.UNMAPPED.value,))
        found = list_listings(info.context.tenant_id, only)
        return await connect(info, Listing.of, found, BY_CHANNEL, first, after, last, before)

    @shown("Lines of waiting orders whose SKU is no listing at all. orderLineMap repairs one, and all with its SKU.")
    async def lines_to_repair(
        self,
        info: Info,
        channel_id: relay.GlobalID | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[OrderLine]:
        found = list_unlisted_lines(info.context.tenant_id, id_of("Channel", channel_id, "channelId"))
        return await connect(info, OrderLine.of, found, BY_LINE, first, after, last, before)

    @shown("Orders, newest first.")
    async def orders(
        self,
        info: Info,
        filter: OrdersFilter | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[Order]:
        asked = filter or OrdersFilter()
        only = OrderFilter(
            channel_id=id_of("Channel", asked.channel_id, "channelId"),
            statuses=tuple(asked.statuses or ()),
            placed_from=asked.placed_from,
            placed_until=asked.placed_until,
            search=words(asked.search),
        )
        found = list_orders(info.context.tenant_id, only)
        return await connect(info, Order.of, found, NEWEST_FIRST, first, after, last, before)

    @shown("One order.")
    async def order(self, info: Info, id: relay.GlobalID) -> Order | None:
        return await Order.find(info, id_of("Order", id, "id"))

    @shown("Orders with something still to be shipped, the nearest deadline first.")
    async def risk_list(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Keyset[Order]:
        found = list_at_risk(info.context.tenant_id)
        return await connect(info, Order.of, found, MOST_URGENT_FIRST, first, after, last, before)

    @shown("Cancellations, newest first; those that wait for a person are REQUESTED, PROPOSED, REFUSED or UNTOLD.")
    async def cancellations(
        self,
        info: Info,
        channel_id: relay.GlobalID | None = None,
        states: list[CancellationState] | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[Cancellation]:
        found = list_cancellations(info.context.tenant_id, id_of("Channel", channel_id, "channelId"), states or ())
        return await connect(info, Cancellation.of, found, NEWEST_ASKED_FIRST, first, after, last, before)

    @shown("Parcels, newest first.")
    async def parcels(
        self,
        info: Info,
        channel_id: relay.GlobalID | None = None,
        statuses: list[ParcelStatus] | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[Parcel]:
        chosen = tuple(status.value for status in statuses or ())
        found = list_parcels(info.context.tenant_id, id_of("Channel", channel_id, "channelId"), chosen)
        return await connect(info, Parcel.of, found, NEWEST_PARCEL_FIRST, first, after, last, before)

    @shown("Goods deliveries in Exact, newest first.")
    async def deliveries(
        self,
        info: Info,
        division: int | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[Delivery]:
        found = list_deliveries(info.context.tenant_id, division)
        return await connect(info, Delivery.of, found, NEWEST_DELIVERY_FIRST, first, after, last, before)

    @shown("The activity log, newest first.")
    async def sync_events(
        self,
        info: Info,
        filter: SyncEventFilter | None = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[SyncEvent]:
        only = EventFilter() if filter is None else filter.read()
        found = list_events(info.context.tenant_id, only)
        return await connect(info, SyncEvent.of, found, NEWEST_EVENT_FIRST, first, after, last, before)

    @shown("Messages that nobody could handle, newest first.")
    async def parked_messages(
        self,
        info: Info,
        resolved: Annotated[bool, strawberry.argument(description="Those a person has dealt with.")] = False,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[ParkedMessage]:
        found = list_parked(info.context.tenant_id, resolved)
        return await connect(info, ParkedMessage.of, found, NEWEST_PARKED_FIRST, first, after, last, before)

    @shown("Actors by address.")
    async def actors(
        self,
        info: Info,
        kind: Annotated[str | None, strawberry.argument(description="channel, privacy or erp.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Keyset[Actor]:
        found = list_actors(info.context.tenant_id, words(kind))
        return await connect(info, Actor.of, found, BY_ADDRESS, first, after, last, before)

    @shown("Budgets of platform calls, by owner and name.")
    async def budgets(self, info: Info) -> list[Budget]:
        async with info.context.needs.database.read() as reading:
            rows = await rows_of_tenant(reading, info.context.tenant_id, tables.budget)
        return [Budget.of(row) for row in rows]

    @shown("Access tokens of this API. Needs the role ADMIN.", needs=[NeedsAdmin])
    async def api_tokens(self, info: Info) -> list[ApiToken]:
        async with info.context.needs.database.read() as reading:
            rows = await rows_of_tenant(reading, info.context.tenant_id, tables.api_token)
        return [ApiToken.of(row) for row in rows]
