"""WooCommerce, plugged in."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import httpx2

from hub.adapters.connector import Account, Connector
from hub.adapters.port import Channel
from hub.adapters.woocommerce.client import WooShop, open_woocommerce
from hub.adapters.woocommerce.webhooks import WooHooks
from hub.clock import Clock
from hub.domain.platform import Platform


def _open(
    account: Account, clock: Clock, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AbstractAsyncContextManager[Channel]:
    key, secret = account.secrets["consumer_key"], account.secrets["consumer_secret"]
    shop = WooShop(account.url, key, secret, account.amounts.gift_card_keys)
    return open_woocommerce(shop, clock, transport=transport)


CONNECTOR = Connector(Platform.WOOCOMMERCE, _open, WooHooks())
