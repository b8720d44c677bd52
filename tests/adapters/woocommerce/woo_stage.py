"""WooCommerce for the conformance suite."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import httpx2

from hub.adapters.port import Channel, ChannelListing, HookReader
from hub.adapters.woocommerce.client import WooShop, open_woocommerce
from hub.adapters.woocommerce.webhooks import WooHooks
from hub.clock import Clock
from hub.sandbox.platform import Platform
from hub.sandbox.woocommerce.keys import KEY, SECRET
from hub.sandbox.woocommerce.platform import WooPlatform
from hub.sandbox.woocommerce.switches import Switches
from hub.sandbox.world import World
from tests.adapters.channel_ground import in_the_books


class WooFixture:
    name = "woocommerce"
    hooks: HookReader = WooHooks()
    carrier = "PostNL"
    goods_for_many = 20_000
    stock_path = ("POST", "/products/batch")
    cancel_path = ("PUT", "/orders/")
    hook_path = ("POST", "/webhooks")

    def __init__(self, *, plugin: bool = True) -> None:
        self._plugin = plugin
        told = "/shipment-trackings" if plugin else "/notes"
        self.write_paths: tuple[tuple[str, str], ...] = (("POST", told), ("PUT", "/wc/v3/orders/"))

    def platform(self, world: World) -> Platform:
        return WooPlatform(world, Switches(plugin=self._plugin))

    def open(
        self, url: str, clock: Clock, *, secret: str | None = None, transport: httpx2.AsyncBaseTransport | None = None
    ) -> AbstractAsyncContextManager[Channel]:
        return open_woocommerce(WooShop(url, KEY, secret or SECRET), clock, transport=transport)

    def unknown(self, listing: ChannelListing) -> ChannelListing:
        return replace(listing, references={"product_id": "999999"})

    def expire_access(self, platform: Any) -> None:
        """Nothing: every request is signed anew."""

    def switch_off_hooks(self, platform: Any) -> None:
        for webhook in platform.shop.hooks.by_id.values():
            webhook.status, webhook.failures = "disabled", 7

    def confirmed(self, world: World, order_id: str) -> list[tuple[str | None, int]]:
        """Without the plugin the tracking code stands in a note to the customer."""
        booked = in_the_books(world, order_id)
        if self._plugin:
            return booked
        platform: Any = world.platforms[self.name]
        notes = [note.text for note in platform.shop.orders[int(order_id)].notes if note.customer_note]
        return [(note.rpartition(" ")[2], units) for note, (_, units) in zip(notes, booked, strict=True)]
