"""Which adapter speaks for which platform, opened with its credentials in the clear for as long as it is used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from hub.adapters.bol.client import BolAccount, open_bol
from hub.adapters.bol.webhooks import BolHooks
from hub.adapters.exact.online import ExactOnline
from hub.adapters.exact.webhooks import ExactHooks
from hub.adapters.port import Channel, HookReader
from hub.adapters.woocommerce.client import WooShop, open_woocommerce
from hub.adapters.woocommerce.webhooks import WooHooks
from hub.clock import Clock
from hub.domain.channel import Platform
from hub.settings import Settings
from hub.store.channels import StoredChannel
from hub.store.connections import ErpConnection
from hub.store.engine import Database
from hub.store.grants import StoredGrant
from hub.store.sealed import CHANNEL_CREDENTIALS
from hub.store.secrets import Vault

HOOK_READERS: Mapping[str, HookReader] = {"exact": ExactHooks(), "bol": BolHooks(), "woocommerce": WooHooks()}


@asynccontextmanager
async def open_channel(stored: StoredChannel, vault: Vault, clock: Clock, settings: Settings) -> AsyncIterator[Channel]:
    """Open the adapter of a channel."""
    place = CHANNEL_CREDENTIALS.place(stored.tenant_id, stored.channel_id)
    secrets: dict[str, Any] = vault.open_json(stored.credentials, place)
    match stored.platform:
        case Platform.BOL:
            account = BolAccount(
                client_id=secrets["client_id"],
                client_secret=secrets["client_secret"],
                api_url=stored.base_url,
                token_url=f"{settings.bol_login_url}/token",
            )
            async with open_bol(account, clock) as bol:
                yield bol
        case Platform.WOOCOMMERCE:
            shop = WooShop(stored.base_url, secrets["consumer_key"], secrets["consumer_secret"])
            async with open_woocommerce(shop, clock) as woo:
                yield woo


@asynccontextmanager
async def open_exact(
    stored: ErpConnection, database: Database, vault: Vault, clock: Clock
) -> AsyncIterator[ExactOnline]:
    """Open the adapter of a connection to Exact Online; its grant is shared by all nodes through the store."""
    app = stored.opened(vault)
    grant = StoredGrant(database, vault, stored.tenant_id, stored.connection_id)
    async with ExactOnline.open(stored.base_url, app.client_id, app.client_secret, grant, clock) as exact:
        yield exact
