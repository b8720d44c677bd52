"""A simulated world with goods on every shelf, and a demo's day in it."""

from __future__ import annotations

import random
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx2
import pytest

from demo.api import Api
from demo.board import Board
from demo.children import Child
from demo.control import Control
from demo.day import Day
from demo.plan import Plan
from demo.site import Site
from hub.sandbox.amazon.platform import AmazonPlatform
from hub.sandbox.amazon.switches import Switches as AmazonSwitches
from hub.sandbox.app import Options, Sandbox, running
from hub.sandbox.bol.platform import BolPlatform
from hub.sandbox.bol.switches import Switches as BolSwitches
from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.platform import Platform
from hub.sandbox.shopify.platform import ShopifyPlatform
from hub.sandbox.shopify.switches import Switches as ShopifySwitches
from hub.sandbox.woocommerce.platform import WooPlatform
from hub.sandbox.woocommerce.switches import Switches as WooSwitches
from hub.sandbox.world import World

STOCKED: dict[str, Callable[[World], Platform]] = {
    "exact": ExactPlatform,
    "bol": lambda world: BolPlatform(world, BolSwitches(starting_stock=True)),
    "woocommerce": lambda world: WooPlatform(world, WooSwitches(starting_stock=True)),
    "amazon": lambda world: AmazonPlatform(world, AmazonSwitches(starting_stock=True)),
    "shopify": lambda world: ShopifyPlatform(world, ShopifySwitches(starting_stock=True)),
}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A sandbox on loopback whose channels show stock from the start."""
    async with running(Options(seed=3, speed=50, platforms=STOCKED)) as opened:
        yield opened


@pytest.fixture
async def day(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Callable[[float], Day]]:
    """Makes a day of so many seconds in the sandbox; there is no hub."""
    url = sandbox.options.base_url
    plan = Plan(for_seconds=5)
    idle = Child("idle", (sys.executable, "-c", ""), {}, tmp_path)
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as http:
        site = Site(plan, tmp_path, Control(http, url), idle, url, (), "http://127.0.0.1:1", "hub_none", http)
        api = Api(http, site.hub_url, site.token)

        def make(seconds: float) -> Day:
            return Day(site, api, Board(), {}, time.monotonic() + seconds, random.Random(5))

        yield make
