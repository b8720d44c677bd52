"""Amazon for the conformance suite."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import httpx2

from hub.adapters.amazon.client import open_amazon
from hub.adapters.amazon.seller import AmazonAccount
from hub.adapters.amazon.tokens import TOKEN_PATH
from hub.adapters.port import Channel, ChannelListing, HookReader
from hub.clock import Clock
from hub.sandbox.amazon.lwa import CLIENT_ID, CLIENT_SECRET, REFRESH_TOKEN, SELLER_ID
from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.amazon.sqs_doors import CREDENTIAL
from hub.sandbox.amazon.switches import Switches
from hub.sandbox.platform import Platform
from hub.sandbox.world import World
from tests.adapters.channel_ground import in_the_books
from tests.adapters.scripted import says

MILLISECONDS = 1.0
"""Nominal seconds for which the newest change of a search is cut off."""
REVOKED = {
    "code": "Unauthorized",
    "message": "Access to requested resource is denied.",
    "details": "The access token you provided is revoked, malformed or invalid.",
}


class AmazonFixture:
    """Changes show in searches at once, unless ``data_lag`` sets Amazon's two minutes back.

    Amazon calls no webhook, and a grant that was withdrawn is told by 403, or by 400 where tokens come from.
    """

    name = "amazon"
    hooks: HookReader | None = None
    carrier = "PostNL"
    write_paths: tuple[tuple[str, str], ...] = (("POST", "/shipmentConfirmation"),)
    stock_path = ("PATCH", "/listings/")
    cancel_path = ("POST", "/feeds/2021-06-30/feeds")
    hook_path = ("POST", "/notifications/v1/subscriptions")
    longest_wait = 240.0
    """Seconds; a search for orders comes back after three minutes."""

    def __init__(self, **switches: Any) -> None:
        self._switches = {"data_lag": 0.0} | switches
        self.lag = self._switches["data_lag"] + MILLISECONDS

    def platform(self, world: World) -> Platform:
        return AmazonPlatform(world, Switches(**self._switches))

    def open(
        self, url: str, clock: Clock, *, secret: str | None = None, transport: httpx2.AsyncBaseTransport | None = None
    ) -> AbstractAsyncContextManager[Channel]:
        account = AmazonAccount(
            CLIENT_ID,
            secret or CLIENT_SECRET,
            api_url=url,
            login_url=url,
            refresh_token=REFRESH_TOKEN,
            seller_id=SELLER_ID,
            queue_url=f"{url}/sqs/123456789012/hub",
            queue_key=CREDENTIAL.key,
            queue_secret=CREDENTIAL.secret,
        )
        return open_amazon(account, None, clock, transport=transport)

    def unknown(self, listing: ChannelListing) -> ChannelListing:
        return replace(listing, external_id="NO-SUCH-SKU", sku="NO-SUCH-SKU")

    def expire_access(self, platform: Any) -> None:
        platform.door.lwa._access.clear()

    def locked_out(self, request: httpx2.Request) -> httpx2.Response:
        """Answer as Amazon does once the seller has withdrawn his consent."""
        if request.url.path.endswith(TOKEN_PATH):
            return says({"error": "invalid_grant", "error_description": "The refresh token is invalid"}, 400)
        return says({"errors": [REVOKED]}, 403)

    def switch_off_hooks(self, platform: Any) -> None:
        """Amazon never switches subscriptions off."""

    def confirmed(self, world: World, order_id: str) -> list[tuple[str | None, int]]:
        return in_the_books(world, order_id)
