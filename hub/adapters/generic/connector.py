"""Own shops and portals, plugged in."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import httpx2

from hub.adapters.connector import Account, Connector
from hub.adapters.generic.client import Shop, open_shop
from hub.adapters.generic.contract import document
from hub.adapters.generic.webhooks import ShopHooks
from hub.adapters.port import Channel
from hub.clock import Clock
from hub.domain.platform import Platform


def _open(
    account: Account, clock: Clock, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AbstractAsyncContextManager[Channel]:
    shop = Shop(account.url, account.secrets["token"], account.secrets["signing_secret"])
    return open_shop(shop, clock, transport=transport)


CONNECTOR = Connector(Platform.GENERIC, _open, ShopHooks(), contract=document())
