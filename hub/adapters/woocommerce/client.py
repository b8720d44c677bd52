"""A WooCommerce shop as a sales channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import quote

import httpx2

from hub.adapters.fields import Fields
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
from hub.adapters.sweep import Sweep
from hub.adapters.woocommerce import mapping
from hub.adapters.woocommerce.calls import API, SIDE_BY_SIDE, WooCalls, content, rows
from hub.adapters.woocommerce.refunds import PER_PAGE, refunds
from hub.adapters.woocommerce.shipping import Shipping
from hub.adapters.woocommerce.signing import OneLegged
from hub.adapters.woocommerce.stock import StockWriter
from hub.adapters.woocommerce.subscriptions import Subscriptions
from hub.adapters.woocommerce.sweep import full, query
from hub.adapters.woocommerce.webhooks import TOPICS
from hub.clock import Clock, SystemClock
from hub.domain.delivery import Cancellation, Shipment
from hub.domain.order import ChannelOrder

HORIZON = timedelta(days=2)
"""How far back the first sweep of a shop reaches; older orders were handled before the hub came."""
PRODUCTS_PER_CALL = 50
VARIATIONS_PER_CALL = 100
TIMEOUT = 60.0
"""Seconds; shared hosts take their time, and cut at 30 to 60 themselves."""
_FIELDS = "id,name,sku,global_unique_id,type,manage_stock,stock_quantity,parent_id"
_WITHOUT_STOCK = frozenset({"grouped", "external"})


@dataclass(frozen=True, slots=True)
class WooShop:
    """A shop's address (with its subfolder, without ``/wp-json``) and a REST key with read and write permission.

    ``gift_card_keys`` are those under which its plugins keep what gift cards paid of an order.
    """

    url: str
    consumer_key: str
    consumer_secret: str = field(repr=False)
    gift_card_keys: tuple[str, ...] = ()

    @property
    def api_url(self) -> str:
        return f"{self.url.rstrip('/').removesuffix('/wp-json')}/wp-json/"


class WooChannel(WithoutReturns):
    """The port's ``Channel`` for WooCommerce's REST API v3; everything is answered at once, nothing is followed."""

    stock_batch: int = 25_000
    hook_topics: tuple[str, ...] = TOPICS
    queue: str | None = None

    def __init__(self, caller: Caller, clock: Clock, gift_card_keys: tuple[str, ...] = ()) -> None:
        self._clock = clock
        self._gift_card_keys = gift_card_keys
        self._calls = WooCalls(caller)
        self._stock = StockWriter(self._calls, clock)
        self._shipping = Shipping(self._calls)
        self._subscriptions = Subscriptions(self._calls)

    def meters(self) -> tuple[Meter, ...]:
        """Return nothing: a shop has no limit that it tells of."""
        return ()

    async def changed_orders(self, cursor: str | None) -> Page[OrderRef]:
        """List a page of orders changed since the cursor, oldest first; without one, those of the last two days."""
        sweep = Sweep.resume(cursor) if cursor else Sweep(self._clock.now() - HORIZON)
        found = rows(await self._calls.read("orders.list", f"{API}/orders", query(sweep)), "orders")
        refs = [mapping.order_ref(order) for order in found]
        wanted = [ref for ref, order in zip(refs, found, strict=True) if mapping.placed(order)]
        more = full(refs)
        return Page(tuple(wanted), sweep.after(refs, more=more).cursor(), more)

    async def order(self, external_id: str) -> ChannelOrder | None:
        """Fetch one order whole; None for one deleted for good, or not yet placed."""
        path = f"{API}/orders/{quote(external_id, safe='')}"
        response = await self._calls.send("orders.get", "GET", path, expect=(404,))
        if response.status_code == 404:
            return None
        order = Fields.of(content(response), "order")
        found = mapping.channel_order(order, self._gift_card_keys)
        if found is None or not order.children("refunds"):
            return found
        listed = await self._calls.read("refunds.list", f"{path}/refunds", {"per_page": str(PER_PAGE)})
        return replace(found, refunds=refunds(rows(listed, "refunds")))

    async def listings(self, cursor: str | None, since: datetime | None = None) -> Page[ChannelListing]:
        """List products, and the variations of those that have some, fifty products per call."""
        page = int(cursor or 1)
        asked = {"per_page": str(PRODUCTS_PER_CALL), "page": str(page), "orderby": "id", "order": "asc"}
        products = rows(
            await self._calls.read("products.list", f"{API}/products", asked | {"_fields": _FIELDS}), "products"
        )
        found: list[ChannelListing] = []
        for product in products:
            if product.maybe_text("type") == "variable":
                found += [mapping.listing(each, product) for each in await self._variations(product)]
            elif product.maybe_text("type") not in _WITHOUT_STOCK:
                found.append(mapping.listing(product))
        more = len(products) == PRODUCTS_PER_CALL
        return Page(tuple(found), str(page + 1) if more else None, more)

    async def _variations(self, product: Fields) -> list[Fields]:
        path = f"{API}/products/{product.text('id')}/variations"
        found: list[Fields] = []
        for page in range(1, 100):
            asked = {"per_page": str(VARIATIONS_PER_CALL), "page": str(page), "orderby": "id", "order": "asc"}
            part = rows(await self._calls.read("variations.list", path, asked | {"_fields": _FIELDS}), "variations")
            found += part
            if len(part) < VARIATIONS_PER_CALL:
                break
        return found

    def spare(self) -> float:
        """Return how long to wait while the shop is busy with something else of ours."""
        return self._calls.spare()

    async def publish_stock(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write absolute quantities in batches, at most two at a time."""
        return await self._stock.publish(updates)

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Tell tracking to the shop, and complete the order when nothing remains. Repeatable."""
        return await self._shipping.ship(shipment)

    async def find_shipment(self, shipment: Shipment) -> WriteResult | None:
        """Say whether this parcel has been told completely."""
        return await self._shipping.find(shipment)

    async def follow(self, process_ids: Sequence[str]) -> dict[str, WriteResult]:
        """Return nothing: the shop works while it answers."""
        return {}

    async def hook_secret(self) -> str | None:
        """Return None: the secret is chosen when subscribing."""
        return None

    async def subscriptions(self) -> tuple[HookSubscription, ...]:
        """List the shop's webhooks, those of others too."""
        return await self._subscriptions.list()

    async def subscribe(self, topic: str, callback: str, secret: str) -> HookSubscription:
        """Make a webhook signed with ``secret``; the shop pings it at once."""
        return await self._subscriptions.subscribe(topic, callback, secret)

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Cancel a whole order. Repeatable."""
        return await self._shipping.cancel(cancellation)

    async def pull_hints(self, receipts: Sequence[str]) -> Pulled:
        """Return nothing: shops call our webhook."""
        return Pulled()

    async def unsubscribe(self, external_id: str) -> None:
        """Remove a webhook; one that is gone counts as success."""
        await self._subscriptions.unsubscribe(external_id)


@asynccontextmanager
async def open_woocommerce(
    shop: WooShop, clock: Clock | None = None, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[WooChannel]:
    """Open the channel of one shop: Basic over https, one-legged OAuth over plain http."""
    clock = clock or SystemClock()
    async with open_client(shop.api_url, timeout=TIMEOUT, connections=SIDE_BY_SIDE, transport=transport) as client:
        if httpx2.URL(shop.api_url).scheme == "https":
            client.auth = httpx2.BasicAuth(shop.consumer_key, shop.consumer_secret)
        else:
            client.auth = OneLegged(shop.consumer_key, shop.consumer_secret, clock)
        yield WooChannel(Caller(client, "woocommerce"), clock, shop.gift_card_keys)
