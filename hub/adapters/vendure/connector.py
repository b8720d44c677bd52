"""Vendure, plugged in."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import httpx2

from hub.adapters.connector import Account, Connector
from hub.adapters.port import Channel
from hub.adapters.vendure.client import VendureShop, open_vendure
from hub.clock import Clock
from hub.domain.platform import Platform


def _open(
    account: Account, clock: Clock, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AbstractAsyncContextManager[Channel]:
    secrets, cards = account.secrets, account.amounts.gift_cards
    shop = VendureShop(account.url, secrets["username"], secrets["password"], secrets.get("channel_token"), cards)
    return open_vendure(shop, clock, transport=transport)


CONNECTOR = Connector(Platform.VENDURE, _open)
