"""Amazon, plugged in."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import httpx2

from hub.adapters.amazon.client import open_amazon
from hub.adapters.amazon.consent import AmazonConsent
from hub.adapters.amazon.seller import AmazonAccount
from hub.adapters.connector import Account, Connector
from hub.adapters.port import Channel
from hub.clock import Clock
from hub.domain.platform import Platform


def _open(
    account: Account, clock: Clock, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AbstractAsyncContextManager[Channel]:
    secrets = account.secrets
    named = (name.strip() for name in secrets.get("marketplaces", "").split(","))
    seller = AmazonAccount(
        client_id=secrets["client_id"],
        client_secret=secrets["client_secret"],
        api_url=account.url,
        login_url=account.login_url,
        refresh_token=secrets.get("refresh_token"),
        seller_id=secrets.get("seller_id"),
        marketplaces=tuple(name for name in named if name),
        queue_url=secrets.get("queue_url"),
        queue_key=secrets.get("queue_key"),
        queue_secret=secrets.get("queue_secret"),
    )
    return open_amazon(seller, account.grant, clock, transport=transport)


CONNECTOR = Connector(Platform.AMAZON, _open, consent=AmazonConsent())
