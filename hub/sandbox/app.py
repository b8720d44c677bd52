"""The sandbox as one web application: every platform under its own path, the control side beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import anyio
import httpx2
import uvicorn
from anyio.abc import TaskGroup, TaskStatus
from starlette.applications import Starlette
from starlette.routing import Mount, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.sandbox.catalogue import make_catalogue
from hub.sandbox.clock import Clock
from hub.sandbox.control import control_routes
from hub.sandbox.expectation import Rule
from hub.sandbox.faults import Faults
from hub.sandbox.ledger import Ledger
from hub.sandbox.loopback import guest_server, loopback_socket, server_config
from hub.sandbox.platform import Platform
from hub.sandbox.roster import PLATFORMS
from hub.sandbox.wire import Gate
from hub.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Options:
    """How a sandbox is set up. ``platforms`` maps a name to the constructor of that platform.

    ``begins`` is the moment its time starts at (UTC), None for the real one.
    ``clock`` makes the clock from the speed; one that leaps lets a day pass in a moment.
    """

    seed: int = 7
    speed: float = 1.0
    faults: str = "none"
    goods: int = 60
    base_url: str = "http://127.0.0.1:9100"
    platforms: dict[str, Callable[[World], Platform]] = field(default_factory=lambda: dict(PLATFORMS))
    begins: datetime | None = None
    clock: Callable[[float, datetime | None], Clock] = Clock


class Sandbox:
    """Holds the world of the moment; ``reset`` replaces it by a fresh one with the same options."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._stop = anyio.Event()
        self._background: TaskGroup | None = None
        self._make()

    def _make(self) -> None:
        options = self.options
        self.world = World(
            clock=options.clock(options.speed, options.begins),
            faults=Faults(options.seed, options.faults),
            ledger=Ledger(),
            goods=make_catalogue(options.goods, options.seed),
            seed=options.seed,
            http=httpx2.AsyncClient(trust_env=False, follow_redirects=False),
            base_url=options.base_url,
        )
        for name, make in options.platforms.items():
            self.world.platforms[name] = make(self.world)
        self._note_opening_shelves()
        self.rules: dict[str, Rule] = {}
        self.chance = self.world.chance("control")
        self._doors: dict[str, ASGIApp] = {
            name: Gate(Router(platform.routes()), platform, self.world)
            for name, platform in self.world.platforms.items()
        }

    def _note_opening_shelves(self) -> None:
        for channel in self.world.channels():
            for sku in channel.listed():
                if (shown := channel.shown(sku)) > 0:
                    self.world.note_shown(channel.name, sku, shown, "platform")

    def door(self, name: str) -> ASGIApp:
        """Return an application that always leads to the current platform of that name."""

        async def door(scope: Scope, receive: Receive, send: Send) -> None:
            await self._doors[name](scope, receive, send)

        return door

    async def reset(self) -> None:
        """Forget everything that happened; subscriptions and tokens too."""
        self._stop.set()
        self._stop = anyio.Event()
        self._make()
        if self._background is not None:
            await self._background.start(self._live, self.world, self._stop)

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as self._background:
            await self._background.start(self._live, self.world, self._stop)
            yield
            self._background.cancel_scope.cancel()

    async def _live(
        self, world: World, stop: anyio.Event, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
    ) -> None:
        async with world.http, anyio.create_task_group() as group:
            world.task_group = group
            for platform in world.platforms.values():
                await platform.start(group)
            task_status.started()
            await stop.wait()
            group.cancel_scope.cancel()


def make_app(options: Options) -> Starlette:
    """Return the application; ``app.state.sandbox`` is its ``Sandbox``."""
    sandbox = Sandbox(options)
    routes = [Mount(f"/{name}", app=sandbox.door(name)) for name in options.platforms]
    app = Starlette(routes=[*routes, Mount("/_control", routes=control_routes(sandbox))], lifespan=sandbox.lifespan)
    app.state.sandbox = sandbox
    return app


def serve(
    port: int = 9100,
    seed: int = 7,
    speed: float = 1.0,
    faults: str = "none",
    goods: int = 60,
    base_url: str | None = None,
) -> None:
    """Run the sandbox on loopback until a signal stops it; ``base_url`` is where it tells clients that it is."""
    place = base_url or f"http://127.0.0.1:{port}"
    options = Options(seed=seed, speed=speed, faults=faults, goods=goods, base_url=place)
    uvicorn.Server(server_config(make_app(options), port)).run()


@asynccontextmanager
async def running(options: Options, port: int = 0) -> AsyncIterator[Sandbox]:
    """Run the sandbox within the caller's event loop; ``sandbox.options.base_url`` tells where."""
    with loopback_socket(port) as listener:
        place = f"http://127.0.0.1:{listener.getsockname()[1]}"
        app = make_app(replace(options, base_url=place))
        async with guest_server(app, listener):
            yield app.state.sandbox
