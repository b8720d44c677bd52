"""bol.com, plugged in."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import httpx2

from hub.adapters.bol.client import BolAccount, open_bol
from hub.adapters.bol.webhooks import BolHooks
from hub.adapters.connector import Account, Connector
from hub.adapters.port import Channel
from hub.clock import Clock
from hub.domain.platform import Platform


def _open(
    account: Account, clock: Clock, *, transport: httpx2.AsyncBaseTransport | None = None
) -> AbstractAsyncContextManager[Channel]:
    secrets = account.secrets
    retailer = BolAccount(secrets["client_id"], secrets["client_secret"], account.url, f"{account.login_url}/token")
    return open_bol(retailer, clock, transport=transport)


CONNECTOR = Connector(Platform.BOL, _open, BolHooks())
