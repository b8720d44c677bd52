"""A consent on Amazon's and on Shopify's own page becomes the grant that the channel's adapter reads orders with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

import pytest

from hub.adapters.port import Grant
from hub.clock import SystemClock
from hub.domain.channel import ChannelSettings, ChannelStatus
from hub.domain.platform import Platform
from hub.node.connecting import consent_flows
from hub.node.platforms import Platforms
from hub.outcome import Outcome, Rejected
from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.amazon.switches import Switches as AmazonSwitches
from hub.sandbox.app import Options, Sandbox, running
from hub.sandbox.ledger import Units
from hub.sandbox.platform import Channel
from hub.sandbox.platform import Platform as Simulated
from hub.sandbox.shopify.platform import ShopifyPlatform
from hub.sandbox.shopify.switches import Switches as ShopifySwitches
from hub.sandbox.world import World
from hub.settings import read_settings
from hub.store.channels import StoredChannel, insert_channel, load_channel
from hub.store.engine import Database, Work
from hub.store.grants import channel_grant
from hub.store.sealed import CHANNEL_CREDENTIALS
from hub.store.secrets import Vault
from hub.store.tenants import create_tenant
from hub.store.tickets import Subject
from hub.web.doors import ConsentFlow
from tests.flows.test_consents import allowed

CREDENTIALS = {
    "amazon": {
        "client_id": "amzn-client",
        "client_secret": "amzn-secret",
        "application_id": "amzn1.sp.solution.sandbox",
    },
    "shopify": {"client_id": "shopify-client", "client_secret": "shopify-secret", "location_id": "106318430514"},
}
SIMULATED: dict[str, Callable[[World], Simulated]] = {
    "amazon": lambda world: AmazonPlatform(world, AmazonSwitches(starting_stock=True, data_lag=0.0)),
    "shopify": lambda world: ShopifyPlatform(world, ShopifySwitches(starting_stock=True, search_lag=0.0)),
}
TOLD = {"amazon": {"seller_id": "A1SANDBOXSELLER"}, "shopify": {}}
BOTH = pytest.mark.parametrize("name", ["amazon", "shopify"])


@dataclass
class House:
    """A hub's store with one channel per platform, named after it, and the platforms it speaks to."""

    sandbox: Sandbox
    database: Database
    vault: Vault
    platforms: Platforms
    flows: Mapping[str, ConsentFlow]

    async def answer(self, name: str) -> dict[str, str]:
        """Press Allow on the platform's page and return the parameters of the way back."""
        address = await self.flows[name].address(Subject("acme", name), f"state-of-{name}", callback(name))
        assert address is not None
        return await allowed(address)

    async def connect(self, name: str, answer: Mapping[str, str]) -> str:
        return await self.flows[name].connect(Subject("acme", name), answer, callback(name))

    async def grant(self, name: str) -> Grant | None:
        return await channel_grant(self.database, self.vault, "acme", name).load()

    async def stored(self, name: str) -> StoredChannel:
        async with self.database.read() as connection:
            found = await load_channel(connection, "acme", name)
        assert found is not None
        return found

    def credentials(self, stored: StoredChannel) -> Mapping[str, str]:
        place = CHANNEL_CREDENTIALS.place(stored.tenant_id, stored.channel_id)
        found: dict[str, str] = self.vault.open_json(stored.credentials, place)
        return found


def callback(name: str) -> str:
    return f"http://127.0.0.1/oauth/{name}/callback"


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    async with running(Options(platforms=SIMULATED, goods=3, speed=60)) as sandbox:
        base, vault, clock = sandbox.options.base_url, Vault([b"k" * 32]), SystemClock()
        names = ("HUB_AMAZON_URL", "HUB_AMAZON_LOGIN_URL", "HUB_AMAZON_CONSENT_URL")
        platforms = Platforms(database, vault, read_settings(dict.fromkeys(names, f"{base}/amazon")))
        await database.write(lambda work: fill(work, vault, base))
        yield House(sandbox, database, vault, platforms, consent_flows(database, vault, clock, platforms))


async def fill(work: Work, vault: Vault, base: str) -> None:
    await create_tenant(work, "acme", "Acme")
    for name, credentials in CREDENTIALS.items():
        sealed = vault.seal_json(credentials, CHANNEL_CREDENTIALS.place("acme", name))
        made = StoredChannel(
            "acme", name, Platform(name), name, f"{base}/{name}", ChannelStatus.ACTIVE, ChannelSettings(), sealed, None
        )
        await insert_channel(work, made, work.clock.now())


@BOTH
async def test_orders_are_read_with_the_grant_of_a_consent(house: House, name: str) -> None:
    answer = await house.answer(name)
    assert answer["state"] == f"state-of-{name}"
    assert house.flows[name].consented(answer)
    assert "connected" in await house.connect(name, answer)
    stored = await house.stored(name)
    assert house.credentials(stored) == CREDENTIALS[name] | TOLD[name]
    shop = house.sandbox.world.platforms[name]
    assert isinstance(shop, Channel)
    external_id = await shop.place_order([Units("ART-00001", 2)])
    async with house.platforms.open_channel(stored, SystemClock()) as channel:
        page = await channel.changed_orders(None)
        order = await channel.order(external_id)
    assert external_id in [ref.external_id for ref in page.rows]
    assert order is not None
    assert order.total == house.sandbox.world.ledger.sales[(name, external_id)].total
    assert await house.grant(name) is not None


async def test_a_shop_that_gave_consent_is_asked_with_its_token_not_with_the_apps_own(house: House) -> None:
    await house.connect("shopify", await house.answer("shopify"))
    grant = await house.grant("shopify")
    assert grant is not None
    async with house.platforms.open_channel(await house.stored("shopify"), SystemClock()) as channel:
        await channel.changed_orders(None)
    shop = house.sandbox.world.platforms["shopify"]
    assert isinstance(shop, ShopifyPlatform)
    assert {token.text for token in shop.tokens.by_text.values() if token.used} == {grant.access_token}


@BOTH
async def test_a_code_opens_an_account_once(house: House, name: str) -> None:
    answer = await house.answer(name)
    await house.connect(name, answer)
    first = await house.grant(name)
    with pytest.raises(Outcome):
        await house.connect(name, answer)
    assert await house.grant(name) == first


async def test_an_answer_that_shopify_did_not_sign_grants_nothing(house: House) -> None:
    answer = await house.answer("shopify")
    with pytest.raises(Rejected, match="not signed"):
        await house.connect("shopify", answer | {"timestamp": "1"})
    assert await house.grant("shopify") is None


async def test_an_answer_of_amazon_without_a_seller_grants_nothing(house: House) -> None:
    answer = await house.answer("amazon")
    del answer["selling_partner_id"]
    with pytest.raises(Rejected, match="no code"):
        await house.connect("amazon", answer)
    assert await house.grant("amazon") is None
