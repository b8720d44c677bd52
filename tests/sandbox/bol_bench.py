"""A bench for the simulated bol.com: the platform, a client that speaks its media types, a letterbox for pushes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import anyio
import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route, Router

from hub.sandbox.bol.platform import BolPlatform
from hub.sandbox.bol.switches import Switches
from hub.sandbox.bol.tokens import CLIENT_ID, CLIENT_SECRET
from hub.sandbox.catalogue import make_catalogue
from hub.sandbox.clock import Clock
from hub.sandbox.faults import Faults
from hub.sandbox.ledger import Ledger, Units
from hub.sandbox.world import World

V10, V11 = "application/vnd.retailer.v10+json", "application/vnd.retailer.v11+json"
BASE = "http://bol.test/bol"


@dataclass
class Letterbox:
    """Takes webhooks and answers each with the next status, the last one for ever."""

    statuses: list[int] = field(default_factory=lambda: [200])
    letters: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._arrived = anyio.Condition()

    async def take(self, request: Request) -> Response:
        async with self._arrived:
            self.letters.append((dict(request.headers), await request.body()))
            self._arrived.notify_all()
        return Response(status_code=self.statuses[0] if len(self.statuses) == 1 else self.statuses.pop(0))

    async def until(self, number: int) -> list[tuple[dict[str, str], bytes]]:
        """Wait until so many letters have come, and return them."""
        with anyio.fail_after(60):
            async with self._arrived:
                while len(self.letters) < number:
                    await self._arrived.wait()
        return self.letters

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.take, methods=["POST"])])


@dataclass
class BolBench:
    """What a test of bol.com needs at hand."""

    platform: BolPlatform
    client: httpx2.AsyncClient
    letterbox: Letterbox
    token: str = ""

    @property
    def world(self) -> World:
        return self.platform.world

    async def ask(
        self, method: str, path: str, body: Any = None, *, version: int = 10, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """Send one request with the right token and media types; ``headers`` change them."""
        kind = V11 if version == 11 else V10
        sent = {"Authorization": f"Bearer {self.token}", "Accept": kind}
        sent |= {"Content-Type": kind} if body is not None else {}
        return await self.client.request(method, BASE + path, json=body, headers=sent | (headers or {}))

    async def get(self, path: str, version: int = 10) -> Any:
        answer = await self.ask("GET", path, version=version)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def offer(self, sku: str) -> Any:
        found: Any = await self.get(f"/retailer/offers?reference={sku}", 11)
        return found["offers"][0]

    async def stock(self, sku: str, amount: int, managed: bool = True) -> None:
        """Publish a stock figure, as a hub does."""
        offer = await self.offer(sku)
        body = {"stock": {"amount": amount, "managedByRetailer": managed}}
        answer = await self.ask("PATCH", f"/retailer/offers/{offer['offerId']}", body, version=11)
        assert answer.status_code == 204

    async def sell(self, sku: str, quantity: int = 1, **more: Any) -> Any:
        """Let a buyer order, and return the order in detail."""
        order_id = await self.platform.place_order([Units(sku, quantity)], **more)
        return await self.get(f"/retailer/orders/{order_id}")

    async def renew(self) -> None:
        self.token = (await ask_token(self.client)).json()["access_token"]

    def pass_time(self, seconds: float = 5) -> None:
        self.world.clock.advance(seconds)

    async def finished(self, accepted: httpx2.Response) -> Any:
        """Let an accepted command finish, and return its process status."""
        assert accepted.status_code == 202, accepted.text
        self.pass_time()
        return await self.get(f"/shared/process-status/{accepted.json()['processStatusId']}")


class StillClock(Clock):
    """A clock that only ``pass_time`` moves: what refills by the second refills no sooner on a slow machine."""

    def __init__(self) -> None:
        super().__init__()
        self._stands = datetime.now(UTC)

    def now(self) -> datetime:
        return self._stands + self._offset


def a_world(letterbox: Letterbox, speed: float = 1, goods: int = 30, clock: Clock | None = None) -> World:
    return World(
        clock=clock or Clock(speed),
        faults=Faults(),
        ledger=Ledger(),
        goods=make_catalogue(goods, 7),
        seed=7,
        http=httpx2.AsyncClient(transport=httpx2.ASGITransport(app=letterbox.app())),
        base_url="http://bol.test",
    )


@asynccontextmanager
async def bol_bench(
    switches: Switches | None = None, speed: float = 1, goods: int = 30, clock: Clock | None = None
) -> AsyncIterator[BolBench]:
    """Run bol.com in this process, with a token in hand."""
    letterbox = Letterbox()
    world = a_world(letterbox, speed, goods, clock)
    platform = BolPlatform(world, switches)
    app = Starlette(routes=[Mount("/bol", app=Router(platform.routes()))])
    async with (
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app)) as client,
        world.http,
        anyio.create_task_group() as group,
    ):
        world.task_group = group
        await platform.start(group)
        bench = BolBench(platform, client, letterbox)
        await bench.renew()
        yield bench
        group.cancel_scope.cancel()


async def ask_token(client: httpx2.AsyncClient, secret: str = CLIENT_SECRET, **more: Any) -> httpx2.Response:
    sent = {"data": {"grant_type": "client_credentials"}} | more
    return await client.post(f"{BASE}/token", auth=(CLIENT_ID, secret), **sent)
