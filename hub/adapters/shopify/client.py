"""A Shopify shop as a sales channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import httpx2

from hub.adapters.http import Caller, open_client
from hub.adapters.oauth import MemoryGrants
from hub.adapters.port import (
    ChannelListing,
    GrantStore,
    HookSubscription,
    Meter,
    OrderRef,
    Page,
    Pulled,
    StockResult,
    StockUpdate,
    WriteResult,
)
from hub.adapters.returns import WithoutReturns
from hub.adapters.shopify.amounts import Side
from hub.adapters.shopify.calls import ShopCalls, throttle_wait
from hub.adapters.shopify.cancellations import Cancellations
from hub.adapters.shopify.catalogue import Catalogue
from hub.adapters.shopify.documents.listings import LISTINGS
from hub.adapters.shopify.documents.stock import LARGEST_INPUT, SIDE_BY_SIDE
from hub.adapters.shopify.locations import Locations
from hub.adapters.shopify.orders import Orders
from hub.adapters.shopify.shipping import Shipping
from hub.adapters.shopify.stock import StockWriter
from hub.adapters.shopify.subscriptions import Subscriptions
from hub.adapters.shopify.tokens import ShopTokens, shop_app, token_endpoint
from hub.adapters.shopify.webhooks import TOPICS
from hub.clock import Clock, SystemClock
from hub.domain.delivery import Cancellation, Shipment
from hub.domain.order import ChannelOrder


@dataclass(frozen=True, slots=True)
class ShopApp:
    """A shop's address and the app that the hub is there; ``location_id`` may be empty in a shop with one location.

    ``side`` says in which of its two currencies an order is read.
    """

    url: str
    client_id: str
    client_secret: str = field(repr=False)
    location_id: str = ""
    side: Side = Side.SHOP


class ShopifyChannel(WithoutReturns):
    """The port's ``Channel`` for Shopify's Admin GraphQL API."""

    stock_batch: int = LARGEST_INPUT * SIDE_BY_SIDE
    hook_topics: tuple[str, ...] = TOPICS
    queue: str | None = None

    def __init__(self, calls: ShopCalls, app: ShopApp, clock: Clock) -> None:
        self._calls = calls
        self._secret = app.client_secret
        locations = Locations(calls, app.location_id)
        self._orders = Orders(calls, clock, app.side)
        self._catalogue = Catalogue(calls, locations, clock)
        self._stock = StockWriter(calls, locations)
        self._shipping = Shipping(calls)
        self._cancellations = Cancellations(calls)
        self._subscriptions = Subscriptions(calls)

    def meters(self) -> tuple[Meter, ...]:
        """Return the points of the app's bucket in this shop; costs no call."""
        return self._calls.meters()

    async def changed_orders(self, cursor: str | None) -> Page[OrderRef]:
        """List a page of orders changed since the cursor, oldest first; without one, those of the last two days."""
        return await self._orders.changed(cursor)

    async def order(self, external_id: str) -> ChannelOrder | None:
        """Fetch one order whole; None for one that Shopify does not show (older than 60 days, or deleted)."""
        return await self._orders.read(external_id)

    async def listings(self, cursor: str | None, since: datetime | None = None) -> Page[ChannelListing]:
        """List variants by their inventory items."""
        return await self._catalogue.read(cursor)

    def spare(self) -> float:
        """Return how long to wait for points that nothing else needs."""
        return self._calls.spare(LISTINGS)

    async def publish_stock(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Set what is available at the location, a thousand rows a request, where it shows what the hub believes."""
        return await self._stock.publish(updates)

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Tell of one parcel. NOT repeatable: after an unknown outcome ask ``find_shipment``."""
        return await self._shipping.ship(shipment)

    async def find_shipment(self, shipment: Shipment) -> WriteResult | None:
        """Say whether Shopify has this parcel, by its tracking numbers; without any, by its units."""
        return await self._shipping.find(shipment)

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Cancel a whole order and give the money back; asynchronous."""
        return await self._cancellations.cancel(cancellation)

    async def follow(self, process_ids: Sequence[str]) -> dict[str, WriteResult]:
        """Tell how cancellations stand; all else is answered at once."""
        return await self._cancellations.follow(process_ids)

    async def hook_secret(self) -> str | None:
        """Return the app's client secret, which Shopify signs with."""
        return self._secret

    async def subscriptions(self) -> tuple[HookSubscription, ...]:
        """List the app's subscriptions."""
        return await self._subscriptions.list()

    async def subscribe(self, topic: str, callback: str, secret: str) -> HookSubscription:
        """Subscribe to a topic; ``secret`` is not used, as Shopify has one already."""
        return await self._subscriptions.subscribe(topic, callback)

    async def unsubscribe(self, external_id: str) -> None:
        """Remove a subscription; one that is gone counts as success."""
        await self._subscriptions.unsubscribe(external_id)

    async def pull_hints(self, receipts: Sequence[str]) -> Pulled:
        """Return nothing: Shopify calls our webhook."""
        return Pulled()


@asynccontextmanager
async def open_shopify(
    app: ShopApp,
    clock: Clock | None = None,
    *,
    grant: GrantStore | None = None,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> AsyncIterator[ShopifyChannel]:
    """Open the channel of one shop; share it, for its points are counted here."""
    clock = clock or SystemClock()
    async with open_client(f"{app.url.rstrip('/')}/", transport=transport) as client:
        caller = Caller(client, "shopify", wait_hook=throttle_wait)
        endpoint = token_endpoint(caller, shop_app(app.url, app.client_id, app.client_secret), clock)
        tokens = ShopTokens(grant or MemoryGrants(), endpoint, clock)
        yield ShopifyChannel(ShopCalls(caller, tokens, clock), app, clock)
