"""Many WebSockets that listen and do little else: frames are counted by what stands in every one of them."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from dataclasses import dataclass
from os import urandom
from typing import cast

import anyio
import orjson

from bench.load import END, UVLOOP

DEADLINE = 60.0
SAID = b'"type":"next"'
SUBSCRIBE = "subscription Log { syncEvents { cursor at kind level message } }"
OPCODE_TEXT, SHORT = 0x81, 126


@dataclass(frozen=True, slots=True)
class Stage:
    """Where to listen, and the request that makes the server speak; ``token`` is empty for a bare socket."""

    port: int
    path: str
    token: str
    speak: str
    text: bytes = b""


@dataclass(frozen=True, slots=True)
class Heard:
    """How many messages came in how many seconds, from the request to the last of them; ``cpu`` is the server's."""

    messages: int
    seconds: float
    cpu: float


class Count:
    """All that the audience has heard so far."""

    def __init__(self) -> None:
        self.heard = 0
        self.wanted = 0
        self.enough = asyncio.Event()

    def add(self, messages: int) -> None:
        self.heard += messages
        if self.heard >= self.wanted:
            self.enough.set()


class Listener(asyncio.Protocol):
    """One WebSocket that has subscribed, where there is something to subscribe to."""

    def __init__(self, stage: Stage, count: Count) -> None:
        self._stage = stage
        self._count = count
        self._tail = b""
        self._greeted = False
        self._transport: asyncio.WriteTransport | None = None
        self.ready = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        key = b64encode(urandom(16)).decode()
        protocol = "Sec-WebSocket-Protocol: graphql-transport-ws\r\n" if self._stage.token else ""
        head = (
            f"GET {self._stage.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{protocol}\r\n"
        )
        self._transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        seen = self._tail + data
        if self.ready.done():
            self._count.add(seen.count(SAID))
            self._tail = seen[seen.rfind(SAID) + len(SAID) if SAID in seen else 0 :][1 - len(SAID) :]
            return
        self._tail = seen
        if END not in seen:
            return
        if self._stage.token and not self._greeted:
            self._greeted = True
            self._say(type="connection_init", payload={"authorization": f"Bearer {self._stage.token}"})
        elif not self._stage.token or b"connection_ack" in seen:
            self._subscribe()

    def _subscribe(self) -> None:
        if self._stage.token:
            self._say(id="1", type="subscribe", payload={"query": SUBSCRIBE})
        self._tail = b""
        self.ready.set_result(None)

    def _say(self, **message: object) -> None:
        if self._transport is not None:
            self._transport.write(masked(orjson.dumps(message)))

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the server closed the connection"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def masked(body: bytes) -> bytes:
    """Return a text frame as a client sends it, with a mask that changes nothing."""
    length = bytes([0x80 | len(body)]) if len(body) < SHORT else bytes([0x80 | SHORT]) + len(body).to_bytes(2, "big")
    return bytes([OPCODE_TEXT]) + length + bytes(4) + body


def listen_all(stage: Stage, listeners: int, messages: int) -> Heard:
    """Let so many listen until each has heard so many messages; runs a loop of its own."""
    return anyio.run(_listen_all, stage, listeners, messages, backend_options=UVLOOP)


async def _listen_all(stage: Stage, listeners: int, messages: int) -> Heard:
    loop, count = asyncio.get_running_loop(), Count()
    audience: list[Listener] = []
    try:
        with anyio.fail_after(DEADLINE):
            for _ in range(listeners):
                one = (await loop.create_connection(lambda: Listener(stage, count), "127.0.0.1", stage.port))[1]
                audience.append(one)
                await one.ready
            await _until_all(stage, listeners)
            count.wanted = listeners * messages
            began, before = time.monotonic(), float(await _ask(stage.port, "/bench/used"))
            await _ask(stage.port, f"{stage.speak}count={messages}", stage.text)
            await count.enough.wait()
            seconds = time.monotonic() - began
            return Heard(count.heard, seconds, float(await _ask(stage.port, "/bench/used")) - before)
    finally:
        for one in audience:
            one.close()


async def _until_all(stage: Stage, listeners: int) -> None:
    """Return once the server has counted them all."""
    await _ask(stage.port, f"/bench/joined?of={stage.path}&count={listeners}")


async def _ask(port: int, path: str, body: bytes = b"") -> bytes:
    """Send one request on a connection of its own and return the body of its answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    answer = await reader.read()
    writer.close()
    return answer.partition(END)[2]
