"""Which platforms there are, and how an account of each is opened with its credentials in the clear."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from hub.adapters.amazon.connector import CONNECTOR as AMAZON
from hub.adapters.bol.connector import CONNECTOR as BOL
from hub.adapters.connector import Account, Connector
from hub.adapters.exact.online import ExactOnline
from hub.adapters.exact.webhooks import ExactHooks
from hub.adapters.generic.connector import CONNECTOR as GENERIC
from hub.adapters.port import Channel, HookReader
from hub.adapters.shopify.connector import CONNECTOR as SHOPIFY
from hub.adapters.vendure.connector import CONNECTOR as VENDURE
from hub.adapters.woocommerce.connector import CONNECTOR as WOOCOMMERCE
from hub.clock import Clock
from hub.domain.platform import Platform
from hub.settings import Settings
from hub.store.channels import StoredChannel
from hub.store.connections import ErpConnection
from hub.store.engine import Database
from hub.store.grants import StoredGrant, channel_grant
from hub.store.sealed import CHANNEL_CREDENTIALS
from hub.store.secrets import Vault

CONNECTORS: Mapping[Platform, Connector] = {
    one.platform: one for one in (AMAZON, BOL, GENERIC, SHOPIFY, VENDURE, WOOCOMMERCE)
}
HOOK_READERS: Mapping[str, HookReader] = {"exact": ExactHooks()} | {
    platform.value: one.hooks for platform, one in CONNECTORS.items() if one.hooks is not None
}
CONTRACTS: Mapping[str, bytes] = {
    platform.value: one.contract for platform, one in CONNECTORS.items() if one.contract is not None
}


class Platforms:
    """Opens accounts for whoever speaks to platforms."""

    def __init__(self, database: Database, vault: Vault, settings: Settings) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings

    def account(self, stored: StoredChannel) -> Account:
        """Return a channel's account with its credentials opened; raises KeyMissing or SealBroken."""
        place = CHANNEL_CREDENTIALS.place(stored.tenant_id, stored.channel_id)
        return Account(
            url=stored.base_url,
            secrets=self._vault.open_json(stored.credentials, place),
            grant=channel_grant(self._database, self._vault, stored.tenant_id, stored.channel_id),
            login_url=getattr(self._settings, f"{stored.platform.value}_login_url", ""),
            consent_url=getattr(self._settings, f"{stored.platform.value}_consent_url", ""),
            amounts=stored.settings.amounts,
        )

    @asynccontextmanager
    async def open_channel(self, stored: StoredChannel, clock: Clock) -> AsyncIterator[Channel]:
        """Open the adapter of a channel."""
        async with CONNECTORS[stored.platform].open(self.account(stored), clock) as channel:
            yield channel


@asynccontextmanager
async def open_exact(
    stored: ErpConnection, database: Database, vault: Vault, clock: Clock
) -> AsyncIterator[ExactOnline]:
    """Open the adapter of a connection to Exact Online; its grant is shared by all nodes through the store."""
    app = stored.opened(vault)
    grant = StoredGrant(database, vault, stored.tenant_id, stored.connection_id)
    async with ExactOnline.open(stored.base_url, app.client_id, app.client_secret, grant, clock) as exact:
        yield exact
