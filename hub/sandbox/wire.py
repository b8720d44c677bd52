"""The wire between a client and a platform: where requests and answers get lost."""

from __future__ import annotations

from email.utils import format_datetime

import anyio
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hub.sandbox.faults import Fault
from hub.sandbox.platform import Platform
from hub.sandbox.world import World

DROP = "sandbox.drop"
OUTAGE_PAGE = "<html><head><title>Service Unavailable</title></head><body><h1>Service Unavailable</h1></body></html>"
GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"


class DroppedConnection(ConnectionError):
    """Raised where an in-process client must see a connection that broke without an answer."""


class DroppableProtocol(HttpToolsProtocol):
    """uvicorn's protocol that lets the application break the connection without an answer."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {DROP: {"abort": self.transport.abort}}


class Gate:
    """Counts the calls to one platform and applies the faults drawn for them."""

    def __init__(self, app: ASGIApp, platform: Platform, world: World) -> None:
        self._app = app
        self._platform = platform
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        self._count(self._world.ledger.calls, self._platform.name)
        spared = self._platform.spared(path)
        match self._world.faults.request(self._platform.name, scope["method"], _asked(path, scope), spared=spared):
            case None:
                await self._app(scope, receive, self._noting(send))
            case Fault.THROTTLE:
                await self._platform.throttled(path)(scope, receive, self._noting(send))
            case Fault.BROKEN:
                await Response(OUTAGE_PAGE, 503, media_type="text/html")(scope, receive, self._noting(send))
            case Fault.LOST_REQUEST:
                await _drop(scope, receive)
            case Fault.LOST_ANSWER:
                await self._app(scope, receive, _swallow)
                await _drop(scope, receive)
            case _:
                await self._app(scope, receive, _swallow)
                await HTMLResponse(GATEWAY_PAGE, 502)(scope, receive, self._noting(send))

    def _noting(self, send: Send) -> Send:
        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"date", self._date())]
                if message["status"] >= 400:
                    self._count(self._world.ledger.refusals, f"{self._platform.name}.{message['status']}")
            await send(message)

        return noting

    def _date(self) -> bytes:
        return format_datetime(self._world.clock.now(), usegmt=True).encode()

    @staticmethod
    def _count(counts: dict[str, int], key: str) -> None:
        counts[key] = counts.get(key, 0) + 1


def _asked(path: str, scope: Scope) -> str:
    """Return what a fault may be aimed at: the path, and the query where there is one."""
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}" if query else path


async def _swallow(message: Message) -> None:
    """Take an answer that never arrives."""


async def _drop(scope: Scope, receive: Receive) -> None:
    extension = scope.get("extensions", {}).get(DROP)
    if extension is None:
        raise DroppedConnection("connection closed without an answer")
    extension["abort"]()
    while (await receive())["type"] != "http.disconnect":
        await anyio.lowlevel.checkpoint()
