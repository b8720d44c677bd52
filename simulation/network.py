"""The wire between everybody: every request has a way there and a way back, and either may go wrong.

A server's work goes on whatever becomes of the client, as it does between machines: a node that dies while it waits
has still had its order booked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import Context
from dataclasses import dataclass, field
from functools import lru_cache, partial
from hashlib import blake2b
from random import Random
from typing import Any, TypeAlias

import httpx2

from hub.adapters.exchange import PlainRequest
from hub.sandbox.wire import DroppedConnection
from simulation.place import PLACE, Place

LONG_ENOUGH = 2.0
"""Seconds in which a client that goes on has stored an answer."""

App = Callable[[Any, Any, Any], Awaitable[None]]

Ambush: TypeAlias = tuple[str, Callable[[Place], None]]
"""What waits for a request, by a part of its method and URL, and what it does to the node."""


@dataclass(repr=False)
class Weather:
    """How bad the wire is: chances per exchange. Seconds for the usual and for the slow way."""

    usual: float = 0.05
    slow: float = 4.0
    slowness: float = 0.02
    unreachable: float = 0.0
    lost_answers: float = 0.0
    late_effects: float = 0.0


@dataclass(repr=False)
class Server:
    """Whoever answers at a host: the simulated platforms, or one node of the hub."""

    app: App
    context: Context
    place: Place | None = None


@dataclass(repr=False)
class Exchange:
    """One request on its way. ``sent`` is when it left (loop seconds), ``who`` the node that sent it."""

    who: str
    method: str
    url: str
    sent: float
    status: int | None = None
    body: bytes = b""
    place: Place | None = None
    delivered: float | None = None

    def used_by(self, moment: float) -> bool:
        """Whether the answer arrived at a client that was awake long enough to make something of it.

        ``moment`` (loop seconds) is when somebody acted as if it had not; a client that is frozen until then, or has
        just gone on, or died soon, could not.
        """
        if self.delivered is None or self.place is None:
            return self.delivered is not None
        until = max(moment, self.delivered + LONG_ENOUGH)
        return round(self.place.awake(self.delivered, until), 6) >= LONG_ENOUGH


@dataclass(repr=False)
class Network:
    """Who is where, and what is on its way; ``heard`` is told of every exchange when its answer leaves.

    ``once_told`` holds what befalls a node as it gets the answer to a request whose method and URL contain a text, and
    ``once_asked`` what does so as it is about to send one.
    """

    random: Random
    weather: Weather = field(default_factory=Weather)
    servers: dict[str, list[Server]] = field(default_factory=dict)
    digest: Any = field(default_factory=blake2b)
    exchanges: int = 0
    broken: list[BaseException] = field(default_factory=list)
    heard: Callable[[Exchange], None] = lambda _: None
    once_told: list[Ambush] = field(default_factory=list)
    once_asked: list[Ambush] = field(default_factory=list)

    async def approach(self, request: httpx2.Request) -> None:
        """Let befall a node what waits for whoever is about to send such a request."""
        if isinstance(request, PlainRequest):
            request.url = _taken_apart(request.address)
        if _befalls(self.once_asked, request.method, str(request.url), PLACE.get()):
            await asyncio.sleep(0)

    async def exchange(self, request: httpx2.Request) -> httpx2.Response:
        """Bring a request to its server and the answer back."""
        loop = asyncio.get_running_loop()
        place = PLACE.get()
        body = request.content if hasattr(request, "_content") else await request.aread()
        who = place.name if place else "world"
        note = Exchange(who, request.method, str(request.url), loop.time(), body=body, place=place)
        answer: asyncio.Future[httpx2.Response] = loop.create_future()
        patience = float((request.extensions.get("timeout") or {}).get("read") or 60.0)
        up = [one for one in self.servers.get(request.url.host, ()) if one.place is None or not one.place.dead]
        server = self.random.choice(up) if up else None
        if server is None or self._drawn(self.weather.unreachable):
            await asyncio.sleep(self._way())
            raise httpx2.ConnectError("unreachable", request=request)
        self._send(server, request, note, answer, patience, loop)
        return await answer

    def _send(
        self,
        server: Server,
        request: httpx2.Request,
        note: Exchange,
        answer: asyncio.Future[httpx2.Response],
        patience: float,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        way, lateness = self._way(), 0.0
        if "/exact/api/v1/" in note.url and self._drawn(self.weather.late_effects):
            lateness = self.random.uniform(0.5, 12.0)
            way = patience + lateness
        lost = self._drawn(self.weather.lost_answers)
        if lost or way > patience or server.place is not None:
            give_up = partial(_fail, answer, httpx2.ReadTimeout("no answer", request=request))
            loop.call_later(patience, give_up, context=server.context)
        arrive = partial(self._arrive, server, request, note, None if lost else answer)
        arrival = loop.call_later(way, arrive, context=server.context)
        if lateness and note.place is not None:
            note.place.mourned(lambda: _hasten(loop, arrival, lateness, server.context))

    def _arrive(
        self, server: Server, request: httpx2.Request, note: Exchange, answer: asyncio.Future[httpx2.Response] | None
    ) -> None:
        serving = self._serve(server, request, note, answer)
        asyncio.get_running_loop().create_task(serving, context=server.context.copy())
        if server.place is not None and answer is not None:
            gone = httpx2.RemoteProtocolError("the server is gone", request=request)
            alive = server.place.mourned(partial(_fail, answer, gone))
            answer.add_done_callback(lambda _: alive(), context=server.context)

    async def _serve(
        self, server: Server, request: httpx2.Request, note: Exchange, answer: asyncio.Future[httpx2.Response] | None
    ) -> None:
        try:
            response = await _asked(server.app, request, note.body)
            note.status = response.status_code
        except DroppedConnection:
            response = None
        except Exception as error:  # noqa: BLE001
            if server.place is None or server.place.died_at is None:
                self.broken.append(error)
            response = None
        self._note(note, response)
        if answer is None:
            return
        loop = asyncio.get_running_loop()
        if response is None:
            dropped = httpx2.ReadError("connection dropped", request=request)
            loop.call_later(self._way(), _fail, answer, dropped)
        else:
            loop.call_later(self._way(), self._give, answer, response, note)

    def _note(self, note: Exchange, response: httpx2.Response | None) -> None:
        self.exchanges += 1
        moment = f"{asyncio.get_running_loop().time():.9f}|{note.who}|{note.method}|{note.url}|{note.status}|"
        self.digest.update(moment.encode())
        self.digest.update(note.body)
        self.digest.update(response.content if response is not None else b"-")
        self.heard(note)

    def _give(self, answer: asyncio.Future[httpx2.Response], response: httpx2.Response, note: Exchange) -> None:
        if answer.done():
            return
        note.delivered = asyncio.get_running_loop().time()
        answer.set_result(response)
        _befalls(self.once_told, note.method, note.url, note.place)

    def _way(self) -> float:
        slow = self._drawn(self.weather.slowness)
        return self.random.uniform(0.002, self.weather.slow if slow else self.weather.usual)

    def _drawn(self, chance: float) -> bool:
        return chance > 0 and self.random.random() < chance


async def _asked(app: App, request: httpx2.Request, body: bytes) -> httpx2.Response:
    url = request.url
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.split(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": ("192.0.2.1", 1),
        "root_path": "",
    }
    told: dict[str, Any] = {"status": 500, "headers": []}
    parts: list[bytes] = []
    pending = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> MutableMapping[str, Any]:
        if pending:
            return pending.pop()
        never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await never
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            told.update(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    content = b"" if request.method == "HEAD" else b"".join(parts)
    return httpx2.Response(told["status"], headers=told["headers"], content=content, request=request)


def _befalls(ambushes: list[Ambush], method: str, url: str, place: Place | None) -> bool:
    """Let happen once, to a node's place but not in it, what waits for a request; say whether anything did."""
    if place is None:
        return False
    waiting = [one for one in ambushes if one[0] in f"{method} {url}"]
    for ambush in waiting:
        ambushes.remove(ambush)
        Context().run(ambush[1], place)
    return bool(waiting)


@lru_cache(maxsize=4096)
def _taken_apart(address: str) -> httpx2.URL:
    """Return an address's parts; the same few are asked for over and over."""
    return httpx2.URL(address)


def _hasten(loop: asyncio.AbstractEventLoop, arrival: asyncio.TimerHandle, lateness: float, context: Context) -> None:
    """Let what is under way arrive so long after its client died as it would have after the client gave up."""
    if arrival._callback is None or arrival.cancelled() or arrival.when() <= loop.time() + lateness:  # type: ignore[attr-defined]
        return
    loop.call_later(lateness, arrival._callback, context=context)  # type: ignore[attr-defined]
    arrival.cancel()


def _fail(answer: asyncio.Future[Any], error: BaseException) -> None:
    if not answer.done():
        answer.set_exception(error)
