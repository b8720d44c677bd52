"""One node of the hub on the shared file: opened, crashed and opened again."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from hub.node.node import Node, open_node
from hub.settings import Settings
from hub.store.engine import StoreUnavailable, Work
from simulation.clocks import NodeClock, WorldClock
from simulation.network import Network, Server
from simulation.place import Died, Place

T = TypeVar("T")
HOST = "hub.test"
WORLD = "world.test"
KEYS = base64.b64encode(b"k" * 32).decode()
DAY = 86400.0
LOOKS = (
    "stock_sweep_seconds",
    "delivery_sweep_seconds",
    "catalogue_seconds",
    "listings_seconds",
    "hook_check_seconds",
    "erasure_seconds",
    "queue_seconds",
    "poll_seconds",
)
"""What a node looks for though nobody told it: most of what quiet days cost."""

LEASES = 7
"""Looks within one lease: where nobody else is in a hurry either, renewals would cost more than the looks."""

LONG_LEASE = 21600.0
"""Seconds of a lease that decides nothing, as nobody else wants the file: every renewal costs a write."""

UNHURRIED = {"patrol_seconds": 1800.0}
"""How long a patrol lets others go first before it asks again; at its usual pace it would ask all of an hour."""

RESTART = 4.0
"""Seconds until whoever watches over processes has started a fallen one again."""


class HubNode:
    """A name under which one process after another runs; ``falls`` holds what ended them unasked."""

    def __init__(self, name: str, settings: Settings, world: WorldClock, network: Network) -> None:
        self.name = name
        self.clock = NodeClock(world)
        self.falls: list[BaseException] = []
        self.crashes = 0
        self.place = Place(name)
        self.place.die()
        self._settings = settings
        self._network = network
        self._node: Node | None = None
        self._stopping: asyncio.Event | None = None

    async def start(self) -> None:
        """Open the node on the file and let the world reach it."""
        self.crashes += 1
        place = self.place = Place(self.name)
        opened: asyncio.Future[Node] = asyncio.get_running_loop().create_future()
        task = place.spawn(self._live(opened))
        task.add_done_callback(lambda done: self._fell(place, done, opened), context=self._outside())
        gone = place.mourned(lambda: None if opened.done() else opened.set_exception(Died(self.name)))
        self._node = await opened
        gone()
        others = [one for one in self._network.servers.get(HOST, []) if one.place and not one.place.dead]
        self._network.servers[HOST] = [*others, Server(self._node.app, place.context, place)]

    async def ensure(self) -> None:
        """Start it again where it is dead, as often as that takes."""
        while self.place.dead:
            await asyncio.sleep(RESTART)
            with suppress(Died):
                if self.place.dead:
                    await self.start()

    async def stop(self) -> None:
        """Ask the process to end, as a system does that goes down, and wait for that."""
        if self._stopping is not None:
            self._stopping.set()
        gone = asyncio.get_running_loop().create_future()
        self.place.mourned(lambda: None if gone.done() else gone.set_result(None))
        if not self.place.dead:
            await gone

    async def unhurried(self) -> None:
        """Let a process with a long lease take over: where hours pass, renewals would be most of what happens."""
        if self._settings.lease_seconds < LONG_LEASE:
            await self._handed_over({"lease_seconds": LONG_LEASE})

    async def leisurely(self, seconds: float) -> None:
        """Let a process take over that looks once in so many seconds for everything that nobody told it."""
        await self._handed_over(dict.fromkeys(LOOKS, seconds) | {"lease_seconds": LEASES * seconds} | UNHURRIED)

    async def _handed_over(self, settings: dict[str, Any]) -> None:
        await self.stop()
        self._settings = replace(self._settings, **settings)
        await self.start()

    async def write(self, work: Callable[[Work], Awaitable[T]]) -> T:
        """Write through this node, as its API does; raises ``Died`` or ``StoreUnavailable``."""
        node = self.node
        return await self.place.call(node.database.write(work))

    async def do(self, make: Callable[[Node], Any]) -> Any:
        """Do something in this node."""
        return await self.place.call(make(self.node))

    @property
    def node(self) -> Node:
        if self._node is None or self.place.dead:
            raise Died(self.name)
        return self._node

    async def _live(self, opened: asyncio.Future[Node]) -> None:
        stopping = self._stopping = asyncio.Event()
        async with open_node(self._settings, self.clock) as node:
            if not opened.done():
                opened.set_result(node)
            await stopping.wait()

    def _fell(self, place: Place, done: asyncio.Task[None], opened: asyncio.Future[Node]) -> None:
        error = done.exception() if not done.cancelled() else None
        if error is not None and not isinstance(error, StoreUnavailable):
            self.falls.append(error)
        place.die()

    def _outside(self) -> Any:
        from contextvars import copy_context

        return copy_context()


def settings_for(name: str, file: str, pace: dict[str, float]) -> Settings:
    """Return a node's settings: slow sweeps, so that quiet hours cost little, and all else as usual."""
    given: dict[str, Any] = {
        "lease_seconds": 1800.0,
        "poll_seconds": 900.0,
        "stock_sweep_seconds": 3600.0,
        "delivery_sweep_seconds": 3600.0,
        "catalogue_seconds": 28800.0,
        "listings_seconds": 86400.0,
        "hook_check_seconds": 21600.0,
        "erasure_seconds": 86400.0,
        "queue_seconds": 900.0,
    }
    places = {"bol_login_url": "bol", "amazon_login_url": "amazon", "vies_url": "vies"}
    given |= {field: value for field, value in pace.items() if field.endswith("_seconds")}
    given |= {field: f"http://{WORLD}/{place}" for field, place in places.items()}
    return Settings(
        database_url=f"sqlite:///{file}",
        public_url=f"http://{HOST}",
        keys=KEYS,
        node=name,
        bol_url=f"http://{WORLD}/bol",
        **given,
    )
