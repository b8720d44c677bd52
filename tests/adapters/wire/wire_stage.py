"""A server that answers byte for byte what a test says, and the two transports that are judged by it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import httpx2

from hub.adapters.http import shared_tls
from hub.adapters.wire import WireTransport

Script: TypeAlias = Callable[["Line"], Awaitable[None]]


@dataclass(slots=True)
class Line:
    """One connection as the server sees it; ``number`` counts them from one."""

    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self) -> bytes:
        """Return the head of the next request, and read past a body of announced length."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        _, announced, length = head.lower().partition(b"content-length: ")
        if announced:
            await self.reader.readexactly(int(length.partition(b"\r\n")[0]))
        return head

    async def say(self, *pieces: bytes) -> None:
        """Send bytes, each piece by itself."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()


@dataclass(slots=True)
class Server:
    """Where it listens, and the requests it has seen with the number of their connection."""

    port: int = 0
    seen: list[tuple[int, bytes]] = field(default_factory=list)
    closed: asyncio.Queue[int] = field(default_factory=asyncio.Queue)


@asynccontextmanager
async def serving(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    """Serve on loopback: ``script`` is run for each connection, which is closed when it returns."""
    server, numbers = Server(), iter(range(1, 1000))

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(next(numbers), reader, writer)
        try:
            await script(line)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            server.closed.put_nowait(line.number)

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    async with listener:
        yield server


def answering(*pieces: bytes) -> Script:
    """Return a script that answers every request of a connection like this, and keeps it open."""

    async def script(line: Line) -> None:
        while True:
            await line.request()
            await line.say(*pieces)

    return script


def once(*pieces: bytes) -> Script:
    """Return a script that answers one request like this and hangs up."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(*pieces)

    return script


Making: TypeAlias = Callable[..., httpx2.AsyncBaseTransport]


def own(*, limits: httpx2.Limits | None = None, tls: ssl.SSLContext | None = None) -> httpx2.AsyncBaseTransport:
    """Return the hub's transport."""
    return WireTransport(limits=limits or httpx2.Limits(max_connections=4), tls=tls or shared_tls())


def theirs(*, limits: httpx2.Limits | None = None, tls: ssl.SSLContext | None = None) -> httpx2.AsyncBaseTransport:
    """Return the one that comes with the client: the witness of what is right."""
    limits = limits or httpx2.Limits(max_connections=4)
    return httpx2.AsyncHTTPTransport(verify=tls or shared_tls(), limits=limits, trust_env=False)
