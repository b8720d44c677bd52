"""A shop that implements the generic contract, for the conformance suite."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import httpx2

from hub.adapters.generic.client import Shop, open_shop
from hub.adapters.generic.webhooks import ShopHooks
from hub.adapters.port import Channel, ChannelListing, HookReader
from hub.clock import Clock
from hub.sandbox.generic.door import TOKEN
from hub.sandbox.generic.hooks import SECRET
from hub.sandbox.generic.platform import GenericPlatform
from hub.sandbox.generic.switches import Switches
from hub.sandbox.platform import Platform
from hub.sandbox.world import World
from tests.adapters.channel_ground import in_the_books
from tests.adapters.channel_stage import Stage


class GenericFixture:
    name = "generic"
    hooks: HookReader = ShopHooks()
    carrier = "PostNL"
    write_paths: tuple[tuple[str, str], ...] = (("POST", "/shipments"),)
    stock_path = ("PUT", "/stock")
    cancel_path = ("POST", "/cancellation")
    hook_path = ("PUT", "/webhooks/")
    compares = True

    def platform(self, world: World) -> Platform:
        return GenericPlatform(world)

    def open(
        self, url: str, clock: Clock, *, secret: str | None = None, transport: httpx2.AsyncBaseTransport | None = None
    ) -> AbstractAsyncContextManager[Channel]:
        return open_shop(Shop(url, secret or TOKEN, SECRET), clock, transport=transport)

    def unknown(self, listing: ChannelListing) -> ChannelListing:
        return replace(listing, external_id="offer-nobody-knows")

    def expire_access(self, platform: Any) -> None:
        """Nothing: the token does not end by itself."""

    def switch_off_hooks(self, platform: Any) -> None:
        platform.shop.hooks.subscription.active = False

    def confirmed(self, world: World, order_id: str) -> list[tuple[str | None, int]]:
        return in_the_books(world, order_id)


def switches(stage: Stage) -> Switches:
    """Return what a test may bend on the shop of a stage."""
    assert isinstance(stage.platform, GenericPlatform)
    return stage.platform.switches
