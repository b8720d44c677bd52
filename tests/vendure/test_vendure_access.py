"""How the hub gets in, and what it says when it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest

from hub.adapters.port import Accepted, StockUpdate
from hub.adapters.vendure.client import VendureChannel, VendureShop, open_vendure
from hub.outcome import Unauthorized, Unavailable
from hub.sandbox.catalogue import make_catalogue
from tests.adapters.channel_stage import Stage, staged
from tests.vendure.api import STAFF
from tests.vendure.meanwhile import Meanwhile
from tests.vendure.running import running_vendure
from tests.vendure.shop import Shop
from tests.vendure.vendure_stage import VendureFixture

NEEDED = ["ReadCatalog", "UpdateCatalog", "ReadOrder", "UpdateOrder"]


@asynccontextmanager
async def employee(shop: Shop, permissions: list[str]) -> AsyncIterator[VendureChannel]:
    """Open the channel as an administrator with no more than these permissions."""
    username = shop.employ(permissions, "employee")
    async with open_vendure(VendureShop(shop.url, username, "employee", shop.token)) as channel:
        yield channel


@pytest.fixture
async def stage(vendure: VendureFixture) -> AsyncIterator[Stage]:
    async with staged(vendure) as stage:
        yield stage


async def test_four_permissions_are_enough(stage: Stage) -> None:
    order_id = await stage.sell(quantity=2)
    async with employee(stage.platform, NEEDED) as channel:
        assert order_id in {ref.external_id for ref in (await channel.changed_orders(None)).rows}
        assert len((await channel.listings(None)).rows) == 8
        assert await channel.publish_stock([StockUpdate(stage.listings[1], 3)]) == [Accepted()]
        assert await channel.ship(await stage.parcel(order_id, 1, "parcel-1")) == Accepted("parcel-1")
        assert await channel.cancel(await stage.cancellation(await stage.sell())) is not None


async def test_a_permission_that_lacks_is_named(stage: Stage) -> None:
    async with employee(stage.platform, ["ReadCatalog"]) as channel:
        await channel.listings(None)
        with pytest.raises(Unauthorized, match="role does not permit SetStock"):
            await channel.publish_stock([StockUpdate(stage.listings[0], 3)])
    assert stage.shown(stage.listings[0]) == 500


async def test_a_channel_token_that_nobody_knows_stops_the_account(stage: Stage) -> None:
    shop = VendureShop(stage.url, STAFF["username"], STAFF["password"], "nobody's")
    async with open_vendure(shop) as channel:
        with pytest.raises(Unauthorized, match="channel token"):
            await channel.listings(None)


async def test_many_at_once_sign_in_once(stage: Stage) -> None:
    recording = Meanwhile()
    shop = VendureShop(f"{stage.url}/admin-api", STAFF["username"], STAFF["password"], stage.platform.token)
    async with open_vendure(shop, transport=recording) as channel, anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(channel.listings, None)
    assert [name for name, _ in recording.sent].count("Login") == 1


async def test_an_address_without_vendure_is_away_and_one_that_moved_must_be_corrected() -> None:
    answers = iter([httpx2.Response(404, html="nothing here"), httpx2.Response(308, headers={"Location": "https://x"})])
    transport = httpx2.MockTransport(lambda request: next(answers))
    async with open_vendure(VendureShop("http://shop.test", "a", "b"), transport=transport) as channel:
        with pytest.raises(Unavailable):
            await channel.listings(None)
        with pytest.raises(Unauthorized, match="correct the channel's URL"):
            await channel.listings(None)


@pytest.mark.usefixtures("server")
async def test_a_server_may_keep_sessions_in_cookies_alone() -> None:
    with running_vendure(make_catalogue(2), VENDURE_TOKENS="cookie") as address:
        async with open_vendure(VendureShop(address, STAFF["username"], STAFF["password"])) as channel:
            listings = (await channel.listings(None)).rows
            assert await channel.publish_stock([StockUpdate(each, 4) for each in listings]) == [Accepted()] * 2
