"""A real Vendure server for the conformance suite: every test has a channel of its own on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx2

from hub.adapters.port import Channel, ChannelListing, HookReader
from hub.adapters.vendure.client import VendureShop, open_vendure
from hub.clock import Clock
from hub.sandbox.faults import Faults
from tests.adapters.channel_ground import Ground
from tests.vendure.api import STAFF
from tests.vendure.shop import Shop
from tests.vendure.staff import total_of
from tests.vendure.weather import Weather


@dataclass
class VendureGround:
    """One channel of the server, and the weather on the way to it."""

    platform: Shop
    transport: Weather
    faults: Faults

    @property
    def url(self) -> str:
        return self.platform.url

    def now(self) -> datetime:
        return datetime.now(UTC)

    def pass_time(self, seconds: float) -> None:
        """Nothing: the server's time is real."""

    def total(self, order_id: str) -> Decimal:
        return total_of(self.platform.order(order_id))

    def is_cancelled(self, order_id: str) -> bool:
        return bool(self.platform.order(order_id)["state"] == "Cancelled")

    def confirmed(self, order_id: str) -> list[tuple[str | None, int]]:
        shipped = [row for row in self.platform.order(order_id)["fulfillments"] if row["state"] == "Shipped"]
        return [(row["trackingCode"], sum(line["quantity"] for line in row["lines"])) for row in shipped]


@dataclass
class VendureFixture:
    """Knows the channel of the test that runs now."""

    server: str
    name: str = "vendure"
    carrier: str = "PostNL"
    hooks: HookReader | None = None
    stock_path: tuple[str, str] = ("POST", "/SetStock")
    cancel_path: tuple[str, str] = ("POST", "/CancelOrder")
    hook_path: tuple[str, str] = ("", "")
    compares: bool = True
    write_paths: tuple[tuple[str, str], ...] = (
        ("POST", "/AddFulfillment"),
        ("POST", "/ShipFulfillment"),
        ("POST", "/AddNote"),
    )
    prices_include_tax: bool = True
    currency: str = "EUR"
    _standing: list[VendureGround] = field(default_factory=list)

    @asynccontextmanager
    async def ground(self, transport: httpx2.AsyncBaseTransport | None) -> AsyncIterator[Ground]:
        faults = Faults(seed=7)
        shop = Shop(self.server, prices_include_tax=self.prices_include_tax, currency=self.currency)
        self._standing.append(VendureGround(shop, Weather(self.name, faults, transport), faults))
        yield self._standing[-1]
        self._standing.pop()
        shop.close()

    def open(
        self, url: str, clock: Clock, *, secret: str | None = None, transport: httpx2.AsyncBaseTransport | None = None
    ) -> AbstractAsyncContextManager[Channel]:
        token = self._standing[-1].platform.token
        shop = VendureShop(url, STAFF["username"], secret or STAFF["password"], token)
        return open_vendure(shop, clock, transport=transport)

    def unknown(self, listing: ChannelListing) -> ChannelListing:
        return replace(listing, external_id="999999")

    def expire_access(self, platform: Any) -> None:
        platform.sign_out(self._standing[-1].transport.last_session)

    def switch_off_hooks(self, platform: Any) -> None:
        """Nothing: there are none."""
