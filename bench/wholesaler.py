"""A whole node of the hub, connected to the simulated platforms: ``python -m bench.wholesaler PLAN``.

PLAN has ``database_url``, ``world`` (its address), ``channels``, ``speed``; perhaps more ``settings``, and
``stocked`` where the channels show what is right from the beginning, ``healing`` what is done about drift,
``sweep_seconds`` how often orders are looked for.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import anyio

from bench.connecting import Connecting
from bench.parent import tell_ready, told_plan
from hub.actors.erp import horizon
from hub.adapters.amazon import follow, stock, stock_feed, stock_plan, usage_plans
from hub.adapters.bol import endpoints
from hub.clock import SystemClock
from hub.domain.drift import DriftPolicy, Healing
from hub.node import garbage
from hub.node.node import open_node
from hub.settings import read_settings
from hub.store.migrations import migrate
from hub.store.secrets import Vault, new_key, read_keys
from hub.telemetry import telemetry
from hub.web.server import listen
from hub.web.server import serve as serve_http

GRACE = 2.0
PACES = {"HUB_STOCK_GATHER_SECONDS": 1.0, "HUB_STOCK_GATHER_MOST_SECONDS": 5.0, "HUB_FOLLOW_SECONDS": 2.0}
"""The hub's usual paces, compressed with the platforms' time."""
WAITS: Mapping[ModuleType, tuple[str, ...]] = {
    stock: ("PATIENCE", "FIRST_LOOK", "FEED_WINDOW", "LONGEST_TURN"),
    follow: ("FIRST_LOOK", "FILLING"),
    stock_feed: ("LOOK_AGAIN",),
    stock_plan: ("FEED_LATENCY",),
}
"""What Amazon's adapter knows of Amazon's slowness, in seconds."""


async def main() -> None:
    """Set everything up, then serve until the parent has enough."""
    plan = told_plan()
    key, speed = new_key(), plan["speed"]
    compress(speed)
    with telemetry("bench", "warning", os.environ), listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = read_settings(variables(plan, url, key))
        await migrate(settings.database_url)
        async with open_node(settings, SystemClock()) as node, doors_open(node.app, listener):
            vault = Vault(read_keys(key, Path(settings.key_file)))
            policy = DriftPolicy(Healing(plan.get("healing", "chosen")))
            connecting = Connecting(node.database, vault, plan["world"], policy, plan.get("sweep_seconds", 300.0))
            await connecting.connect(plan["channels"], stocked=plan.get("stocked", False))
            garbage.calm()
            tell_ready(url=url)
            await anyio.sleep_forever()


def variables(plan: dict[str, Any], url: str, key: str) -> dict[str, str]:
    """Return the node's settings."""
    paces = {name: f"{seconds / plan['speed']:g}" for name, seconds in PACES.items()}
    return {
        "HUB_DATABASE_URL": plan["database_url"],
        "HUB_KEYS": key,
        "HUB_PUBLIC_URL": url,
        "HUB_EXACT_URL": f"{plan['world']}/exact",
        "HUB_BOL_URL": f"{plan['world']}/bol",
        "HUB_BOL_LOGIN_URL": f"{plan['world']}/bol",
        "HUB_VIES_URL": f"{plan['world']}/vies",
        "HUB_AMAZON_URL": f"{plan['world']}/amazon",
        "HUB_AMAZON_LOGIN_URL": f"{plan['world']}/amazon",
        "HUB_WEBHOOK_RATE": "100000",
        "HUB_WEBHOOK_BURST": "100000",
        **paces,
        **plan.get("settings", {}),
    }


def compress(speed: float) -> None:
    """Tell adapters how short the simulated platforms' windows are, where they know the real ones only."""
    for endpoint in endpoints.ALL:
        object.__setattr__(endpoint, "seconds", endpoint.seconds / speed)
    for operation in usage_plans.ALL:
        object.__setattr__(operation, "rate", operation.rate * speed)
    horizon.MARGIN /= speed
    for module, names in WAITS.items():
        for name in names:
            setattr(module, name, getattr(module, name) / speed)


@asynccontextmanager
async def doors_open(app: Any, listener: Any) -> AsyncIterator[None]:
    """Serve the node's doors for the length of a block; SIGTERM ends the block."""
    async with anyio.create_task_group() as tasks:

        async def served() -> None:
            await serve_http(app, listener, grace=GRACE, largest_frame=1_048_576, leaving=lambda: None)
            tasks.cancel_scope.cancel()

        tasks.start_soon(served)
        yield


if __name__ == "__main__":
    logging.captureWarnings(True)
    anyio.run(main, backend_options={"use_uvloop": sys.platform != "win32"})
