"""A shop or portal that implements the contract, as a sales channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2

from hub.adapters.fields import Fields
from hub.adapters.generic import mapping
from hub.adapters.generic.calls import ShopCalls, code_of, content
from hub.adapters.generic.contract import LARGEST_PAGE, LARGEST_WRITE
from hub.adapters.generic.parcels import Parcels, order_path
from hub.adapters.generic.stock import StockWriter
from hub.adapters.generic.subscriptions import Subscriptions
from hub.adapters.generic.sweep import Sweep
from hub.adapters.generic.webhooks import TOPICS, UnusableSecret, keys_of
from hub.adapters.http import Caller, open_client
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
from hub.adapters.returns import WithoutReturns
from hub.clock import Clock, SystemClock
from hub.domain.delivery import Cancellation, Shipment
from hub.domain.order import ChannelOrder
from hub.outcome import Rejected, Unauthorized

HORIZON = timedelta(days=2)
"""How far back the first sweep of a shop reaches; older orders were handled before the hub came."""


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop's address, without the contract's own path, and the two secrets shared with it."""

    url: str
    token: str = field(repr=False)
    signing_secret: str = field(repr=False)


class ShopChannel(WithoutReturns):
    """The port's ``Channel`` for the contract; everything is answered at once, nothing is followed."""

    stock_batch: int = LARGEST_WRITE
    hook_topics: tuple[str, ...] = TOPICS
    queue: str | None = None

    def __init__(self, caller: Caller, shop: Shop, clock: Clock) -> None:
        self._shop = shop
        self._clock = clock
        self._calls = ShopCalls(caller, shop.token, clock)
        self._stock = StockWriter(self._calls, clock)
        self._parcels = Parcels(self._calls)
        self._subscriptions = Subscriptions(self._calls)

    def meters(self) -> tuple[Meter, ...]:
        """Return the limit that the shop told with its last answer, if it tells one."""
        return self._calls.meters()

    async def changed_orders(self, cursor: str | None) -> Page[OrderRef]:
        """List a page of orders changed since the cursor, oldest first; without one, those of the last two days."""
        now = self._clock.now()
        sweep = Sweep.resume(cursor) if cursor else Sweep.begin(now - HORIZON)
        answer = await self._ask(sweep)
        refs = tuple(mapping.order_ref(order) for order in answer.children("orders"))
        page = answer.maybe_text("next_cursor")
        return Page(refs, sweep.after(refs, page, now).cursor(), more=page is not None)

    async def _ask(self, sweep: Sweep) -> Fields:
        try:
            return await self._calls.read("orders.list", "orders", sweep.query())
        except Rejected as refusal:
            if refusal.code != "invalid_cursor" or not sweep.page:
                raise
        return await self._calls.read("orders.list", "orders", sweep.anew().query())

    async def order(self, external_id: str) -> ChannelOrder | None:
        """Fetch one order whole; None only where the shop itself says that it does not know it."""
        response = await self._calls.send("orders.get", "GET", order_path(external_id), expect=("unknown_order",))
        return None if code_of(response) else mapping.channel_order(content(response, "order"))

    async def listings(self, cursor: str | None, since: datetime | None = None) -> Page[ChannelListing]:
        """List what is for sale, a thousand listings per call."""
        asked = {"limit": str(LARGEST_PAGE)} | ({"cursor": cursor} if cursor else {})
        answer = await self._calls.read("listings.list", "listings", asked)
        page = answer.maybe_text("next_cursor")
        return Page(tuple(mapping.listing(each) for each in answer.children("listings")), page, page is not None)

    def spare(self) -> float:
        """Return how long to wait for room in the limit that the shop tells."""
        return self._calls.spare()

    async def publish_stock(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Set quantities where the shop shows what the hub believes; ``Conflict`` where it shows another."""
        return await self._stock.publish(updates)

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Tell one parcel; after an unknown outcome ask ``find_shipment``."""
        return await self._parcels.ship(shipment)

    async def find_shipment(self, shipment: Shipment) -> WriteResult | None:
        """Say whether the shop has a parcel with this reference."""
        return await self._parcels.find(shipment)

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Tell which units will not be delivered. Repeatable."""
        return await self._parcels.cancel(cancellation)

    async def follow(self, process_ids: Sequence[str]) -> dict[str, WriteResult]:
        """Return nothing: the shop works while it answers."""
        return {}

    async def hook_secret(self) -> str | None:
        """Return the signing secret as entered; raises ``Unauthorized`` where it is none."""
        try:
            keys_of(self._shop.signing_secret)
        except UnusableSecret as unusable:
            raise Unauthorized(f"the signing secret cannot be used: {unusable}") from unusable
        return self._shop.signing_secret

    async def subscriptions(self) -> tuple[HookSubscription, ...]:
        """List the hub's subscriptions."""
        return await self._subscriptions.list()

    async def subscribe(self, topic: str, callback: str, secret: str) -> HookSubscription:
        """Subscribe, or switch on again; the shop signs with the secret it shares with the hub already."""
        return await self._subscriptions.subscribe(topic, callback)

    async def unsubscribe(self, external_id: str) -> None:
        """End a subscription; one that is gone counts as success."""
        await self._subscriptions.unsubscribe(external_id)

    async def pull_hints(self, receipts: Sequence[str]) -> Pulled:
        """Return nothing: shops call our webhook."""
        return Pulled()


@asynccontextmanager
async def open_shop(
    shop: Shop, clock: Clock | None = None, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[ShopChannel]:
    """Open the channel of one shop."""
    clock = clock or SystemClock()
    async with open_client(f"{shop.url.rstrip('/')}/", transport=transport) as client:
        yield ShopChannel(Caller(client, "generic"), shop, clock)
