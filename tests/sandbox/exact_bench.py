"""A simulated Exact Online on loopback, a client that is let in, and a listener for its webhooks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import anyio
import httpx2
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hub.sandbox.app import Options, Sandbox, running
from hub.sandbox.exact.division import Division
from hub.sandbox.exact.platform import ExactPlatform
from hub.sandbox.loopback import guest_server, loopback_socket

REDIRECT = "http://127.0.0.1:9000/oauth/exact/callback"
APP = {"client_id": "sandbox-app", "client_secret": "sandbox-secret"}
MAIN = "/exact/api/v1/123456"


@dataclass
class ExactBench:
    """What a test needs of Exact; ``token`` is sent with every call of ``get``, ``post`` and their like."""

    sandbox: Sandbox
    client: httpx2.AsyncClient
    token: str = ""
    refresh_token: str = ""
    root: str = MAIN

    @property
    def platform(self) -> ExactPlatform:
        found = self.sandbox.world.platforms["exact"]
        assert isinstance(found, ExactPlatform)
        return found

    @property
    def books(self) -> Division:
        return self.platform.main

    async def ask_code(self, **changed: str) -> str:
        form = {"client_id": "sandbox-app", "redirect_uri": REDIRECT, "response_type": "code"} | changed
        answer = await self.client.post("/exact/api/oauth2/auth", data=form)
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    async def exchange(self, code: str, **changed: str) -> httpx2.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT} | APP | changed
        return await self.client.post("/exact/api/oauth2/token", data=form)

    async def refresh(self, token: str) -> httpx2.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token} | APP
        return await self.client.post("/exact/api/oauth2/token", data=form)

    async def log_in(self) -> None:
        pair = (await self.exchange(await self.ask_code())).json()
        self.token, self.refresh_token = pair["access_token"], pair["refresh_token"]

    async def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"} | more.pop("headers", {})
        where = path if path.startswith(("http", "/exact")) else f"{self.root}/{path}"
        return await self.client.request(method, where, headers=headers, **more)

    async def get(self, path: str, **options: object) -> httpx2.Response:
        """GET with query options named without their dollar sign."""
        return await self.call("GET", path, params={f"${name}": str(value) for name, value in options.items()})

    async def rows(self, path: str, **options: object) -> list[dict[str, Any]]:
        answer = await self.get(path, **options)
        assert answer.status_code == 200, answer.text
        inner = answer.json()["d"]
        found: list[dict[str, Any]] = inner if isinstance(inner, list) else inner["results"]
        return found

    async def post(self, path: str, body: object) -> httpx2.Response:
        return await self.call("POST", path, json=body)

    async def put(self, path: str, body: object) -> httpx2.Response:
        return await self.call("PUT", path, json=body)

    async def delete(self, path: str) -> httpx2.Response:
        return await self.call("DELETE", path)

    def account(self, code: int = 10000) -> str:
        return self.books.guid("account", code)

    def item(self, sku: str = "ART-00001") -> str:
        return self.books.guid("item", sku)

    def order_body(self, *lines: dict[str, Any], **header: Any) -> dict[str, Any]:
        chosen = list(lines) or [{"Quantity": 2, "NetPrice": 10.0, "VATCode": "4"}]
        return {
            "OrderedBy": self.account(),
            "SalesOrderLines": [{"Item": self.item()} | line for line in chosen],
        } | header

    async def order(self, *lines: dict[str, Any], **header: Any) -> dict[str, Any]:
        answer = await self.post("salesorder/SalesOrders", self.order_body(*lines, **header))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()["d"]
        return made

    async def lines(self, order: dict[str, Any]) -> list[dict[str, Any]]:
        found = await self.rows("salesorder/SalesOrderLines", filter=f"OrderID eq guid'{order['OrderID']}'")
        return sorted(found, key=lambda line: int(line["LineNumber"]))

    async def position(self, sku: str = "ART-00001") -> dict[str, Any]:
        answer = await self.call("GET", "read/logistics/StockPosition", params={"itemId": f"guid'{self.item(sku)}'"})
        made: dict[str, Any] = answer.json()["d"]["results"][0]
        return made

    def pass_time(self, seconds: float) -> None:
        self.sandbox.world.clock.advance(seconds)


def said(answer: httpx2.Response) -> str:
    """Return the message of an error body."""
    text: str = answer.json()["error"]["message"]["value"]
    return text


@asynccontextmanager
async def exact_bench(speed: float = 1.0, goods: int = 6, faults: str = "none") -> AsyncIterator[ExactBench]:
    """Run Exact alone on loopback, with a logged-in client."""
    options = Options(speed=speed, goods=goods, faults=faults, platforms={"exact": ExactPlatform})
    async with running(options) as sandbox, httpx2.AsyncClient(base_url=sandbox.options.base_url) as client:
        bench = ExactBench(sandbox, client)
        await bench.log_in()
        yield bench


@dataclass
class Listener:
    """Receives webhooks; ``answers`` are the next statuses, 200 when they have run out."""

    url: str
    bodies: list[bytes] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    arrived: anyio.Condition = field(default_factory=anyio.Condition)

    async def receive(self, request: Request) -> Response:
        body = await request.body()
        async with self.arrived:
            self.bodies.append(body)
            self.arrived.notify_all()
        return Response(status_code=self.answers.pop(0) if self.answers else 200)

    async def wait_for(self, count: int) -> list[bytes]:
        """Wait until so many bodies arrived (the empty validation calls count too)."""
        with anyio.fail_after(60):
            async with self.arrived:
                while len(self.bodies) < count:
                    await self.arrived.wait()
        return self.bodies

    @property
    def contents(self) -> list[dict[str, Any]]:
        return [json.loads(body)["Content"] for body in self.bodies if body]


@asynccontextmanager
async def listening() -> AsyncIterator[Listener]:
    """Run a listener on loopback."""
    with loopback_socket() as held:
        listener = Listener(f"http://127.0.0.1:{held.getsockname()[1]}/hook")
        app = Starlette(routes=[Route("/hook", listener.receive, methods=["POST"])])
        async with guest_server(app, held):
            yield listener
