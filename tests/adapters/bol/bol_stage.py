"""bol.com for the conformance suite."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import httpx2

from hub.adapters.bol.client import BolAccount, open_bol
from hub.adapters.bol.webhooks import BolHooks
from hub.adapters.port import Channel, ChannelListing, HookReader
from hub.clock import Clock
from hub.sandbox.bol.platform import BolPlatform
from hub.sandbox.bol.tokens import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.platform import Platform
from hub.sandbox.world import World
from tests.adapters.channel_ground import in_the_books


class BolFixture:
    name = "bol"
    hooks: HookReader = BolHooks()
    carrier = "TNT"
    orders_for_many = 2_500
    """Fifty full pages, read forwards and backwards at 25 calls a minute."""
    write_paths: tuple[tuple[str, str], ...] = (("POST", "/retailer/shipments"),)
    stock_path = ("PATCH", "/retailer/offers/")
    cancel_path = ("PUT", "/retailer/orders/cancellation")
    hook_path = ("POST", "/retailer/subscriptions")

    def platform(self, world: World) -> Platform:
        return BolPlatform(world)

    def open(
        self, url: str, clock: Clock, *, secret: str | None = None, transport: httpx2.AsyncBaseTransport | None = None
    ) -> AbstractAsyncContextManager[Channel]:
        account = BolAccount(CLIENT_ID, secret or CLIENT_SECRET, url, f"{url}/token")
        return open_bol(account, clock, transport=transport)

    def unknown(self, listing: ChannelListing) -> ChannelListing:
        return replace(listing, references={"offer_id": "00000000-0000-4000-8000-000000000000"})

    def expire_access(self, platform: Any) -> None:
        platform.door.tokens.revoke_all()

    def switch_off_hooks(self, platform: Any) -> None:
        for subscription in platform.account.push.subscriptions.values():
            subscription.enabled = False

    def confirmed(self, world: World, order_id: str) -> list[tuple[str | None, int]]:
        return in_the_books(world, order_id)
