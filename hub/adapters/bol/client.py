"""A bol.com retailer account as a sales channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import httpx2

from hub.adapters.bol import mapping
from hub.adapters.bol.calls import BolCalls, answered, waiting_time
from hub.adapters.bol.cancellations import Cancellations
from hub.adapters.bol.endpoints import OFFERS, ORDER, ORDERS
from hub.adapters.bol.returns import Returns
from hub.adapters.bol.shipments import Shipments
from hub.adapters.bol.stock import SIDE_BY_SIDE, StockWriter
from hub.adapters.bol.subscriptions import Subscriptions
from hub.adapters.bol.sweep import Sweep
from hub.adapters.bol.webhooks import TOPICS
from hub.adapters.http import Caller, open_client
from hub.adapters.oauth import ClientTokens, MemoryGrants, OAuthApp, TokenEndpoint, Tokens
from hub.adapters.port import (
    ChannelListing,
    HookSubscription,
    Meter,
    OrderRef,
    Page,
    Pulled,
    StockResult,
    StockUpdate,
    WriteResult,
)
from hub.clock import Clock, SystemClock
from hub.domain.delivery import Cancellation, Shipment
from hub.domain.goods_return import AnsweredItem, ChannelReturn
from hub.domain.order import ChannelOrder
from hub.outcome import Throttled

API_URL = "https://api.bol.com"
TOKEN_URL = "https://login.bol.com/token"  # noqa: S105 - an address
OFFERS_PER_PAGE = "100"
PAGES_PER_CALL = 10


@dataclass(frozen=True, slots=True)
class BolAccount:
    """Client credentials of a retailer, and where bol.com is; the secret is never shown."""

    client_id: str
    client_secret: str = field(repr=False)
    api_url: str = API_URL
    token_url: str = TOKEN_URL


class BolChannel:
    """The port's ``Channel`` for bol.com: orders and shipments of v10, offers of v11.

    bol.com collects the money, states no VAT and confirms shipments asynchronously.
    """

    stock_batch: int = 100
    hook_topics: tuple[str, ...] = TOPICS
    queue: str | None = None

    def __init__(self, caller: Caller, tokens: Tokens, clock: Clock) -> None:
        self._clock = clock
        self._calls = BolCalls(caller, tokens, clock)
        self._stock = StockWriter(self._calls)
        self._shipments = Shipments(self._calls)
        self._cancellations = Cancellations(self._calls, self._shipments)
        self._returns = Returns(self._calls)
        self._subscriptions = Subscriptions(self._calls)

    def meters(self) -> tuple[Meter, ...]:
        """Return how much of each limit the hub may still use; costs no call."""
        return self._calls.meters()

    async def changed_orders(self, cursor: str | None) -> Page[OrderRef]:
        """List orders changed since the cursor, oldest first.

        Without a cursor these are the open ones and those of the last 48 hours; up to 45 minutes back bol.com
        selects by minutes, beyond that by day, one day per call.
        """
        start = sweep = Sweep.resume(cursor, self._clock.now())
        found: dict[str, OrderRef] = {}
        for _ in range(PAGES_PER_CALL):
            try:
                answer = await self._calls.read(ORDERS, sweep.query(self._clock.now()))
            except Throttled:
                if sweep is start:
                    raise
                break
            refs = mapping.order_refs(answer, self._clock.now())
            found |= {ref.external_id: ref for ref in refs}
            following = sweep.next_page(len(refs))
            if following is None:
                reached, more = sweep.reached(self._clock.now())
                return Page(_oldest_first(found), reached, more)
            sweep = following
        return Page(_oldest_first(found), sweep.cursor(), more=True)

    async def order(self, external_id: str) -> ChannelOrder | None:
        """Fetch one order whole."""
        response = await self._calls.send(ORDER, expect=(404,), entity=external_id)
        if response.status_code == 404:
            return None
        return mapping.channel_order(answered(response, ORDER), self._clock.now())

    async def listings(self, cursor: str | None, since: datetime | None = None) -> Page[ChannelListing]:
        """List offers, a hundred per call; the quantity is what bol.com sells from, less orders since our figure."""
        asked = {"page-size": OFFERS_PER_PAGE} | ({"cursor": cursor} if cursor else {})
        answer = await self._calls.read(OFFERS, asked)
        page = answer.maybe_child("page")
        following = page.maybe_text("nextCursor") if page else None
        rows = tuple(mapping.listing(offer) for offer in answer.children("offers"))
        return Page(rows, following, more=following is not None)

    def spare(self) -> float:
        """Return how long to wait for room in the limit of the list of offers, which nothing else uses."""
        return self._calls.spare(OFFERS)

    async def publish_stock(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write absolute quantities, at most 999; offers that bol.com stocks itself are refused."""
        return await self._stock.publish(updates)

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Confirm one parcel. NOT repeatable: after an unknown outcome ask ``find_shipment``."""
        return await self._shipments.ship(shipment)

    async def find_shipment(self, shipment: Shipment) -> WriteResult | None:
        """Say whether bol.com knows the parcel; ``Deferred`` while it may still be working on it."""
        return await self._shipments.find(shipment)

    async def follow(self, process_ids: Sequence[str]) -> dict[str, WriteResult]:
        """Tell how commands stand; ``Deferred`` is bol.com's TIMEOUT: outcome unknown, ask ``find_shipment``."""
        return await self._cancellations.follow(process_ids)

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Cancel what is open of the items named, all of it. Repeatable: what is off already counts as done."""
        return await self._cancellations.cancel(cancellation)

    async def changed_returns(self, cursor: str | None) -> Page[ChannelReturn]:
        """List a page of returns that are not handled, oldest first, and last of all the newest handled ones."""
        return await self._returns.changed(cursor)

    async def answer_return(self, item: AnsweredItem) -> WriteResult:
        """Handle one item of a return. NOT repeatable: after an unknown outcome ask ``find_answer``."""
        return await self._returns.answer(item)

    async def find_answer(self, item: AnsweredItem) -> WriteResult | None:
        """Say whether an item of a return is handled."""
        return await self._returns.find(item)

    async def pull_hints(self, receipts: Sequence[str]) -> Pulled:
        """Return nothing: bol.com calls our webhook."""
        return Pulled()

    async def hook_secret(self) -> str | None:
        """Return bol.com's public keys by id, as JSON."""
        return await self._subscriptions.secret()

    async def subscriptions(self) -> tuple[HookSubscription, ...]:
        """List the webhook subscriptions, one entry per resource."""
        return await self._subscriptions.list()

    async def subscribe(self, topic: str, callback: str, secret: str) -> HookSubscription:
        """Subscribe to a resource; bol.com signs with its own keys, so ``secret`` is not used."""
        return await self._subscriptions.subscribe(topic, callback)

    async def unsubscribe(self, external_id: str) -> None:
        """Remove a subscription; one that is gone counts as success."""
        await self._subscriptions.unsubscribe(external_id)


def _oldest_first(found: dict[str, OrderRef]) -> tuple[OrderRef, ...]:
    return tuple(sorted(found.values(), key=lambda ref: (ref.changed_at, ref.external_id)))


@asynccontextmanager
async def open_bol(
    account: BolAccount, clock: Clock | None = None, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[BolChannel]:
    """Open the channel of one retailer account; share it, as tokens and limits count per account."""
    clock = clock or SystemClock()
    async with open_client(account.api_url, connections=SIDE_BY_SIDE, transport=transport) as client:
        caller = Caller(client, "bol", wait_hook=waiting_time)
        app = OAuthApp(account.client_id, account.client_secret, account.token_url, auth_method="client_secret_basic")
        tokens = ClientTokens(MemoryGrants(), TokenEndpoint(caller, app, clock), clock)
        yield BolChannel(caller, tokens, clock)
