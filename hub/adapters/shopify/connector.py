"""Shopify, plugged in."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import httpx2

from hub.adapters.connector import Account, Connector
from hub.adapters.port import Channel
from hub.adapters.shopify.amounts import Side
from hub.adapters.shopify.client import ShopApp, open_shopify
from hub.adapters.shopify.consent import ShopConsent
from hub.adapters.shopify.webhooks import ShopHooks
from hub.clock import Clock
from hub.domain.platform import Platform


def _open(
    account: Account, clock: Clock, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AbstractAsyncContextManager[Channel]:
    secrets = account.secrets
    side = Side.of(account.amounts.money)
    app = ShopApp(account.url, secrets["client_id"], secrets["client_secret"], secrets.get("location_id", ""), side)
    return open_shopify(app, clock, grant=account.grant, transport=transport)


CONNECTOR = Connector(Platform.SHOPIFY, _open, ShopHooks(), ShopConsent())
