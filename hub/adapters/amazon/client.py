"""An Amazon seller account in Europe as a sales channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import httpx2

from hub.adapters.amazon.calls import REQUEST_ID_HEADER, AmazonCalls, waiting_time
from hub.adapters.amazon.cancellations import Cancellations, CancelProcess
from hub.adapters.amazon.documents import Documents
from hub.adapters.amazon.feeds import Feeds
from hub.adapters.amazon.follow import PatchFollower
from hub.adapters.amazon.inventory import Inventory
from hub.adapters.amazon.listings import Listings
from hub.adapters.amazon.marketplaces import Marketplaces
from hub.adapters.amazon.notifications import FEED_FINISHED, TOPICS
from hub.adapters.amazon.orders import Orders
from hub.adapters.amazon.patches import Patch
from hub.adapters.amazon.queue import Queue
from hub.adapters.amazon.seller import AmazonAccount
from hub.adapters.amazon.shipments import Shipments
from hub.adapters.amazon.stock import StockWriter
from hub.adapters.amazon.stock_feed import Message, StockFeed
from hub.adapters.amazon.subscriptions import Subscriptions
from hub.adapters.amazon.tokens import TOKEN_PATH, ApplicationTokens, SellerTokens
from hub.adapters.amazon.usage_plans import CREATE_REPORT
from hub.adapters.http import Caller, open_client
from hub.adapters.limits import RESERVES, Lane
from hub.adapters.oauth import MemoryGrants, OAuthApp, TokenEndpoint
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
from hub.clock import Clock, SystemClock
from hub.domain.delivery import Cancellation, Shipment
from hub.domain.order import ChannelOrder

TIMEOUT = 60.0
CONNECTIONS = 8


class AmazonChannel(WithoutReturns):
    """The port's ``Channel`` for the Selling Partner API: Orders 2026-01-01, Listings 2021-08-01, Feeds, SQS.

    Amazon collects the money; stock is written once per SKU for all marketplaces of Europe.
    """

    stock_batch: int = 25_000

    def __init__(self, account: AmazonAccount, calls: AmazonCalls, plain: Caller, clock: Clock) -> None:
        """``plain`` sends what carries no token of Amazon's: documents and the queue."""
        self._calls = calls
        documents = Documents(plain)
        marketplaces = Marketplaces(calls, clock, account.marketplaces)
        listings = Listings(calls, account)
        feeds = Feeds(calls, documents)
        self._orders = Orders(calls, marketplaces, clock)
        self._inventory = Inventory(calls, documents, listings, marketplaces, clock)
        self._feed = StockFeed(feeds, account, clock)
        self._stock = StockWriter(calls, self._feed, account, marketplaces, clock)
        self._patches = PatchFollower(listings, clock)
        self._shipments = Shipments(calls, self._orders, clock)
        self._cancellations = Cancellations(feeds, self._orders, account)
        self._subscriptions = Subscriptions(calls, account.queue)
        self._queue = _queue(account, plain, clock)
        self.queue: str | None = account.queue
        self.hook_topics: tuple[str, ...] = tuple(TOPICS) if account.queue else ()

    def meters(self) -> tuple[Meter, ...]:
        """Return how much of each usage plan is left; costs no call."""
        return self._calls.meters()

    async def changed_orders(self, cursor: str | None) -> Page[OrderRef]:
        """List a page of orders changed since the cursor on all marketplaces, oldest first.

        Amazon gives one page of 100 orders in three minutes, after twenty at once, about two minutes late.
        """
        return await self._orders.changed(cursor)

    async def order(self, external_id: str) -> ChannelOrder | None:
        """Fetch one order whole, with as much of the buyer as the application's roles allow."""
        return await self._orders.order(external_id)

    async def listings(self, cursor: str | None, since: datetime | None = None) -> Page[ChannelListing]:
        """Return every listing at once, each SKU once. Raises Throttled while Amazon makes the report.

        One ordered ``since`` (UTC) is gone on with, whoever ordered it.
        """
        return await self._inventory.all(since)

    def spare(self) -> float:
        """Return how long to wait for room to order a report, which nothing else does."""
        return self._calls.bucket(CREATE_REPORT).spare(RESERVES[Lane.BACKFILL])

    async def publish_stock(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write absolute quantities by PATCH or by feed; what Amazon took is pending until it shows."""
        return await self._stock.publish(updates)

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Confirm one parcel. Repeatable in effect: the same reference edits the package."""
        return await self._shipments.ship(shipment)

    async def find_shipment(self, shipment: Shipment) -> WriteResult | None:
        """Say whether Amazon knows the parcel by its reference."""
        return await self._shipments.find(shipment)

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Cancel a whole order by feed. Repeatable in effect: after an unknown outcome the order tells."""
        return await self._cancellations.cancel(cancellation)

    async def follow(self, process_ids: Sequence[str]) -> dict[str, WriteResult]:
        """Tell how writes stand: patches by reading their SKUs, feeds by their reports, cancellations by the orders."""
        patches = [patch for each in process_ids if (patch := Patch.read(each))]
        messages = [message for each in process_ids if (message := Message.read(each))]
        cancels = [cancel for each in process_ids if (cancel := CancelProcess.read(each))]
        found = await self._patches.follow(patches) if patches else {}
        found |= await self._feed.follow(messages)
        return found | await self._cancellations.follow(cancels)

    async def hook_secret(self) -> str | None:
        """Return None: Amazon calls no webhook."""
        return None

    async def subscriptions(self) -> tuple[HookSubscription, ...]:
        """List the subscriptions to the topics that the hub reads; none without a queue."""
        return await self._subscriptions.list()

    async def subscribe(self, topic: str, callback: str, secret: str) -> HookSubscription:
        """Let a topic go to the queue at ``callback``; nothing is signed, so ``secret`` is not used."""
        return await self._subscriptions.subscribe(topic, callback)

    async def unsubscribe(self, external_id: str) -> None:
        """Remove a subscription; one that is gone counts as success."""
        await self._subscriptions.unsubscribe(external_id)

    async def pull_hints(self, receipts: Sequence[str]) -> Pulled:
        """Take the receipts' notifications out of the queue and return the next hints; nothing without a queue."""
        pulled = await self._queue.pull(receipts) if self._queue is not None else Pulled()
        for hint in pulled.hints:
            if hint.topic == FEED_FINISHED:
                self._feed.ended(hint.key)
        return pulled


def _queue(account: AmazonAccount, plain: Caller, clock: Clock) -> Queue | None:
    if account.queue_url is None or account.queue_key is None or account.queue_secret is None:
        return None
    return Queue(plain, account.queue_url, account.queue_key, account.queue_secret, account.seller_id, clock)


@asynccontextmanager
async def open_amazon(
    account: AmazonAccount,
    grants: GrantStore | None = None,
    clock: Clock | None = None,
    *,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> AsyncIterator[AmazonChannel]:
    """Open the channel of one seller account; share it, as tokens and usage plans count per account."""
    clock = clock or SystemClock()
    async with open_client(account.api_url, timeout=TIMEOUT, connections=CONNECTIONS, transport=transport) as client:
        plain = Caller(client, "amazon", request_id_header=REQUEST_ID_HEADER)
        told = Caller(client, "amazon", wait_hook=waiting_time, request_id_header=REQUEST_ID_HEADER)
        app = OAuthApp(account.client_id, account.client_secret, f"{account.login_url.rstrip('/')}{TOKEN_PATH}")
        endpoint = TokenEndpoint(plain, app, clock)
        seller = SellerTokens(grants or MemoryGrants(), endpoint, clock, account.refresh_token)
        calls = AmazonCalls(told, seller, ApplicationTokens(endpoint, clock), clock)
        yield AmazonChannel(account, calls, plain, clock)
