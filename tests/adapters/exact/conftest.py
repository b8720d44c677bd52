"""Exact's sandbox over real HTTP on loopback, and a consent given to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from hub.adapters.exact.erp import ExactErp
from hub.adapters.exact.online import ExactOnline
from hub.adapters.oauth import MemoryGrants
from hub.clock import SystemClock
from hub.sandbox.app import Options, Sandbox, running
from hub.sandbox.exact.platform import ExactPlatform

CALLBACK = "http://127.0.0.1/oauth/exact/callback"


@dataclass(frozen=True)
class Shop:
    """A connected grant and the simulated books behind it."""

    online: ExactOnline
    store: MemoryGrants
    sandbox: Sandbox

    @property
    def exact(self) -> ExactPlatform:
        platform = self.sandbox.world.platforms["exact"]
        assert isinstance(platform, ExactPlatform)
        return platform

    @property
    def erp(self) -> ExactErp:
        return self.online.erp(self.exact.main.code)

    def item(self, place: int = 0) -> str:
        return self.exact.main.guid("item", self.sandbox.world.goods[place].sku)


async def consent(online: ExactOnline, state: str = "state-1") -> str:
    """Press Allow on the consent page and return the code of the redirect."""
    asked = urlsplit(online.authorize_url(state, CALLBACK))
    async with httpx2.AsyncClient(trust_env=False) as browser:
        page = asked._replace(query="").geturl()
        answer = await browser.post(page, data={name: v[0] for name, v in parse_qs(asked.query).items()})
    told = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert told["state"] == [state]
    return told["code"][0]


@pytest.fixture
def options() -> Options:
    return Options(platforms={"exact": ExactPlatform}, goods=12)


@pytest.fixture
async def shop(options: Options) -> AsyncIterator[Shop]:
    store = MemoryGrants()
    async with (
        running(options) as sandbox,
        ExactOnline.open(
            f"{sandbox.options.base_url}/exact", "sandbox-app", "sandbox-secret", store, SystemClock()
        ) as online,
    ):
        await store.save(await online.exchange(await consent(online), CALLBACK))
        yield Shop(online, store, sandbox)


@pytest.fixture
def erp(shop: Shop) -> ExactErp:
    return shop.erp
