"""A wholesaler's short day on simulated platforms, for tests that do something to the hub in the middle of it."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import anyio
import httpx2

from demo.alerts import answer_alerts
from demo.api import Api, Json
from demo.board import Board
from demo.children import run_once
from demo.control import Control
from demo.day import Day
from demo.plan import Plan, hub_settings
from demo.shoppers import shop_at_amazon, shop_at_bol, shop_at_shopify, shop_at_webshop
from demo.site import Site, open_site
from demo.verdict import come_to_rest, problems
from demo.warehouse import deliver_in_exact, pack_in_hub
from demo.wholesaler import Wholesaler

Scene: TypeAlias = Callable[[Day], Coroutine[Any, Any, None]]
SCENES: tuple[Scene, ...] = (
    shop_at_bol,
    shop_at_amazon,
    shop_at_shopify,
    shop_at_webshop,
    deliver_in_exact,
    pack_in_hub,
)
UNPACKED = tuple(scene for scene in SCENES if scene is not pack_in_hub)
CHANNELS = ("bol", "amazon", "shopify", "woocommerce")

NOTHING_KEPT = httpx2.Limits(max_keepalive_connections=0)
"""Between two scenes a server may close what it kept open, in the moment in which it is asked."""


@dataclass
class Shop:
    """A connected wholesaler, and what was shipped so far."""

    site: Site
    api: Api
    board: Board
    channels: dict[str, str]
    parcels: int = 0

    async def sell(self, seconds: float, seed: int = 11, scenes: Sequence[Scene] = SCENES) -> None:
        """Let buyers buy and parcels leave for a while."""
        closes = time.monotonic() + seconds
        day = Day(self.site, self.api, self.board, self.channels, closes, random.Random(seed))
        async with anyio.create_task_group() as tasks:
            for scene in scenes:
                tasks.start_soon(scene, day)
        self.parcels += day.parcels

    async def rest(self) -> list[str]:
        """Wait until everything is where it should be, and return what is not; an operator answers alerts meanwhile."""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(answer_alerts, self.api, self.board)
            ledger = await come_to_rest(self.site, self.api, self.board, self.parcels)
            tasks.cancel_scope.cancel()
        return problems(ledger, self.parcels)

    async def ledger(self) -> Json:
        return await self.site.control.ledger()

    async def command(self, *words: str) -> str:
        """Run one of the hub's commands with the hub's settings."""
        return await run_once((*self.site.plan.program, *words), self.settings)

    @property
    def settings(self) -> dict[str, str]:
        site = self.site
        return dict(hub_settings(site.plan, site.folder, site.sandbox_url, site.hub_url))

    async def kill(self) -> None:
        """End the one node as kill -9 does; nobody can act who does not run."""
        await self.site.control.act("hub-down", on=True)
        await self.site.nodes[0].child.kill()

    async def start(self) -> None:
        """Start the one node again."""
        await self.site.nodes[0].start()
        await self.site.control.act("hub-down", on=False)


@asynccontextmanager
async def open_shop(database: str | None = None, nodes: int = 1, **settings: str) -> AsyncIterator[Shop]:
    """Open a shop on a database of its own, whose channels show their stock already."""
    plan = Plan(for_seconds=5, database=database, nodes=nodes, settings=settings)
    async with (
        open_site(plan, Board()) as opened,
        httpx2.AsyncClient(trust_env=False, timeout=60, limits=NOTHING_KEPT) as http,
    ):
        site = replace(opened, http=http, control=Control(http, opened.sandbox_url))
        api, board = Api(http, site.hub_url, site.token), Board()
        yield Shop(site, api, board, await Wholesaler(site, api, board).set_up())
