"""A Vendure channel as a sales channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx2

from hub.adapters.http import open_client
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
from hub.adapters.vendure import mapping
from hub.adapters.vendure.calls import VendureCalls
from hub.adapters.vendure.documents import CHANGED_ORDERS, ORDER, VARIANTS
from hub.adapters.vendure.lists import Lists
from hub.adapters.vendure.shipping import Shipping
from hub.adapters.vendure.stock import BATCH, StockWriter
from hub.clock import Clock, SystemClock
from hub.domain.delivery import Cancellation, Shipment
from hub.domain.order import ChannelOrder
from hub.outcome import Rejected

HORIZON = timedelta(days=2)
"""How far back the first sweep of a shop reaches; older orders were handled before the hub came."""
TIMEOUT = 60.0
CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class VendureShop:
    """A server's address (without ``/admin-api``), an administrator, and the token of a channel (else the default).

    ``gift_cards`` are parts of the codes of payment methods that are gift cards.
    """

    url: str
    username: str
    password: str = field(repr=False)
    channel_token: str | None = field(default=None, repr=False)
    gift_cards: tuple[str, ...] = ()

    @property
    def root(self) -> str:
        return f"{self.url.rstrip('/').removesuffix('/admin-api')}/"


class VendureChannel(WithoutReturns):
    """The port's ``Channel`` for Vendure's Admin API; everything is answered at once, and nothing sends webhooks."""

    stock_batch: int = BATCH
    hook_topics: tuple[str, ...] = ()
    queue: str | None = None

    def __init__(self, calls: VendureCalls, clock: Clock, gift_cards: tuple[str, ...] = ()) -> None:
        self._clock = clock
        self._gift_cards = gift_cards
        self._calls = calls
        self._lists = Lists(calls)
        self._stock = StockWriter(calls, self._lists)
        self._shipping = Shipping(calls)

    def meters(self) -> tuple[Meter, ...]:
        """Return nothing: a server has no limit that it tells of."""
        return ()

    async def changed_orders(self, cursor: str | None) -> Page[OrderRef]:
        """List a page of placed orders changed since the cursor, oldest first; without one, of the last two days.

        Marketplaces that split an order among sellers keep the whole as an aggregate, which is left out.
        """
        sweep = Sweep.resume(cursor) if cursor else Sweep(self._clock.now() - HORIZON)
        options = {"filter": _changed_after(sweep.since), "sort": {"updatedAt": "ASC"}}
        rows = await self._lists.page(CHANGED_ORDERS, "orders", options, sweep.offset)
        refs = tuple(mapping.order_ref(order) for order in rows.items)
        return Page(refs, sweep.after(refs, more=rows.more).cursor(), rows.more)

    async def order(self, external_id: str) -> ChannelOrder | None:
        """Fetch one order whole; None for one that is not in this channel, or not yet placed."""
        return mapping.channel_order(await self._calls.ask(ORDER, {"id": external_id}), self._gift_cards)

    async def listings(self, cursor: str | None, since: datetime | None = None) -> Page[ChannelListing]:
        """List the variants of the channel."""
        rows = await self._lists.page(VARIANTS, "productVariants", {"sort": {"id": "ASC"}}, int(cursor or 0))
        found = tuple(mapping.listing(variant) for variant in rows.items)
        return Page(found, str(rows.end) if rows.more else None, rows.more)

    def spare(self) -> float:
        """Return nothing to wait for: a server has no limit that it tells of."""
        return 0.0

    async def publish_stock(self, updates: Sequence[StockUpdate]) -> list[StockResult]:
        """Write absolute quantities, unless the shop shows what the hub did not expect. Repeatable."""
        return await self._stock.publish(updates)

    async def ship(self, shipment: Shipment) -> WriteResult:
        """Make and ship a fulfilment. NOT repeatable blindly: trying again finds what the first try has made."""
        return await self._shipping.ship(shipment)

    async def find_shipment(self, shipment: Shipment) -> WriteResult | None:
        """Say whether this parcel has been told completely."""
        return await self._shipping.find(shipment)

    async def cancel(self, cancellation: Cancellation) -> WriteResult:
        """Cancel units that have not left. A part is NOT repeatable; payments are refunded in the shop."""
        return await self._shipping.cancel(cancellation)

    async def follow(self, process_ids: Sequence[str]) -> dict[str, WriteResult]:
        """Return nothing: the server works while it answers."""
        return {}

    async def hook_secret(self) -> str | None:
        """Return None: there are no webhooks."""
        return None

    async def subscriptions(self) -> tuple[HookSubscription, ...]:
        """Return nothing: there are no webhooks."""
        return ()

    async def subscribe(self, topic: str, callback: str, secret: str) -> HookSubscription:
        """Raise Rejected: there are no webhooks."""
        raise Rejected("Vendure sends no webhooks", code="unknown_topic")

    async def unsubscribe(self, external_id: str) -> None:
        """Do nothing: there are no webhooks."""

    async def pull_hints(self, receipts: Sequence[str]) -> Pulled:
        """Return nothing: there is no queue."""
        return Pulled()


def _changed_after(moment: datetime) -> dict[str, object]:
    after = moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return {"updatedAt": {"after": after}, "orderPlacedAt": {"isNull": False}, "type": {"notEq": "Aggregate"}}


@asynccontextmanager
async def open_vendure(
    shop: VendureShop, clock: Clock | None = None, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[VendureChannel]:
    """Open the channel of one shop."""
    async with open_client(shop.root, timeout=TIMEOUT, connections=CONNECTIONS, transport=transport) as client:
        calls = VendureCalls(client, shop.username, shop.password, shop.channel_token)
        yield VendureChannel(calls, clock or SystemClock(), shop.gift_cards)
