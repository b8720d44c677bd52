"""What the connection pool of an active channel costs: time to open, bytes of memory while it is open."""

from __future__ import annotations

import os
import ssl
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from bench.away import away
from bench.figure import figure
from bench.place import Place
from hub.adapters.http import open_client
from hub.adapters.woocommerce.client import WooShop, open_woocommerce
from hub.clock import SystemClock

POOLS = 30
SHOP = "https://shop.example"


@dataclass(frozen=True, slots=True)
class Pools:
    """Per pool: milliseconds to open it, bytes of resident memory."""

    own: tuple[float, float]
    shared: tuple[float, float]


async def measure(place: Place) -> None:
    """Measure a channel's adapter beside a bare pool that shares its TLS context with others."""
    found = await away(open_pools)
    bound = "a pool that shares one TLS context"
    place.add(
        figure("opening a channel's adapter", found.own[0], "ms", bounds=found.shared[0], bound_is=bound),
        figure("resident bytes per open adapter", found.own[1], "B", bounds=found.shared[1], bound_is=bound),
    )


def open_pools() -> Pools:
    """Measure in a process of its own."""
    return anyio.run(_pools)


async def _pools() -> Pools:
    tls = ssl.create_default_context()
    shop = WooShop(SHOP, "key", "secret")
    await _cost(lambda: open_client(SHOP, tls=tls), 3)
    shared = await _cost(lambda: open_client(SHOP, tls=tls), POOLS)
    own = await _cost(lambda: open_woocommerce(shop, SystemClock()), POOLS)
    return Pools(own, shared)


async def _cost(opening: Callable[[], AbstractAsyncContextManager[Any]], count: int) -> tuple[float, float]:
    async with AsyncExitStack() as stack:
        resident, began = _resident(), time.process_time()
        for _ in range(count):
            await stack.enter_async_context(opening())
        took = time.process_time() - began
        return took / count * 1000, float(_resident() - resident) / count


def _resident() -> int:
    """Return the bytes this process holds in memory; 0 where the system does not say."""
    told = Path("/proc/self/statm")
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if told.exists() else 0
