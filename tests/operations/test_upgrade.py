"""An upgrade without a pause: old and new nodes side by side on one PostgreSQL, across a migration."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import anyio
import anyio.to_thread
import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from demo.alerts import answer_alerts
from demo.children import Child, run_once, running
from demo.site import Node
from tests.actors.runtime.stage import until
from tests.operations.newer import newer_version, next_revision
from tests.operations.shop import Shop, open_shop
from tests.postgres import Server

PATIENCE = 120.0
LONGEST_ABSENCE, TIMES_USUAL = 10.0, 10
"""Seconds without an answer while nodes are exchanged, and how often the longest such time of the hours before."""
MOST_OPEN = 5
"""Paid orders that are not in Exact yet, before more are sold."""


@dataclass
class Watch:
    """How long the one address did not answer, at the longest."""

    absence: float = 0.0
    answers: int = 0


@asynccontextmanager
async def watching(url: str) -> AsyncIterator[Watch]:
    """Ask for an answer all the time."""
    watch, last = Watch(), time.monotonic()

    async def ask() -> None:
        nonlocal last
        while True:
            async with httpx2.AsyncClient(trust_env=False, timeout=2) as http:
                try:
                    answered = (await http.get(f"{url}/health/live")).status_code == 200
                except httpx2.TransportError:
                    answered = False
            if answered:
                watch.absence = max(watch.absence, time.monotonic() - last)
                watch.answers += 1
                last = time.monotonic()
            await anyio.sleep(0.05)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        yield watch
        tasks.cancel_scope.cancel()


async def exchange(shop: Shop, number: int, program: Path) -> Child:
    """Stop a node as a deployment does, and return the one that takes its place and port."""
    old = shop.site.nodes[number]
    await old.child.stop()
    own = {"HUB_PORT": old.url.rpartition(":")[2], "HUB_NODE": f"new-{number + 1}"}
    return Child(f"new-{number + 1}", (sys.executable, str(program), "serve"), shop.settings | own, shop.site.folder)


async def orders_by_version(url: str) -> Counter[str]:
    """Return how many orders each version of the hub took."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT taken_by, count(*) FROM orders GROUP BY taken_by"))
        found = Counter({row[0]: row[1] for row in rows})
    await engine.dispose()
    return found


async def goes_on(url: str, *versions: str) -> None:
    """Wait until one of these versions took more orders than it has by now."""
    before = await orders_by_version(url)

    async def taken() -> bool:
        now = await orders_by_version(url)
        return any(now[one] > before[one] for one in versions)

    await until(taken, PATIENCE)


@asynccontextmanager
async def selling(shop: Shop) -> AsyncIterator[None]:
    """Let buyers buy until the block ends, no faster than the hub forwards on a machine that does other work too."""
    closing = anyio.Event()

    async def sell() -> None:
        for seed in count(20):
            await shop.sell(1.0, seed)
            await until(kept_up, PATIENCE)
            if closing.is_set():
                return

    async def kept_up() -> bool:
        return closing.is_set() or bool((await shop.ledger())["lost"] < MOST_OPEN)

    async with anyio.create_task_group() as watching:
        watching.start_soon(answer_alerts, shop.api, shop.board)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(sell)
            yield
            closing.set()
        watching.cancel_scope.cancel()


@pytest.mark.timeout(600)
async def test_old_and_new_nodes_work_side_by_side_across_a_migration(postgres_server: Server, tmp_path: Path) -> None:
    await anyio.to_thread.run_sync(postgres_server.run, "CREATE DATABASE upgraded")
    newer, url = newer_version(tmp_path), postgres_server.url("upgraded")
    async with (
        open_shop(url, nodes=2, HUB_LEASE_SECONDS="20") as shop,
        watching(shop.site.hub_url) as watch,
        AsyncExitStack() as stack,
    ):
        async with selling(shop):
            told = await run_once((sys.executable, str(newer), "migrate"), shop.settings)
            assert f"schema {next_revision()}" in told
            await goes_on(url, "old")
            usual = watch.absence
            await shop.site.nodes[0].child.kill()
            await shop.site.nodes[0].start()
            await goes_on(url, "old")
            for number in (1, 0):
                child = await stack.enter_async_context(running(await exchange(shop, number, newer)))
                nodes = list(shop.site.nodes)
                nodes[number] = Node(child, nodes[number].url)
                shop.site = replace(shop.site, nodes=tuple(nodes))
                await nodes[number].ready()
                await goes_on(url, "old", "new")
            await goes_on(url, "new")
        assert await shop.rest() == []
        assert watch.answers > 0
        assert watch.absence < max(LONGEST_ABSENCE, TIMES_USUAL * usual)
        assert "hold; head" in await run_once((sys.executable, str(newer), "verify-log"), shop.settings)
