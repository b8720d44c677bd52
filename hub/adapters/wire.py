"""What lies beneath ``httpx2.AsyncClient``: aiohttp's connections, which cost a fraction of the default ones' CPU."""

from __future__ import annotations

import asyncio
import io
import ssl
from functools import lru_cache

import aiohttp
import anyio
import httpx2
from yarl import URL

from hub.adapters.exchange import Answer, PlainRequest, refuse_late
from hub.adapters.straight import Straight

ADDED_BY_AIOHTTP = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
LARGE = 1 << 16
"""Bytes from which on a body is handed to the socket piece by piece."""
SLOWEST = 1 << 14
"""Bytes per second below which a server is called dead that does not take the whole of a large body."""


class WireTransport(httpx2.AsyncBaseTransport):
    """Does what httpx2's own transport does for a client without proxies and HTTP/2, at a fraction of its CPU.

    Answers are read to their end, however the client asks for them. Raises the transport errors of httpx2; a server
    that takes nothing of a request is given up like one that says nothing (``ReadTimeout``).
    """

    def __init__(self, *, tls: ssl.SSLContext, limits: httpx2.Limits) -> None:
        """``limits`` say how many calls are under way at once, and how many seconds an idle connection is kept."""
        self._tls = tls
        self._kept_seconds = limits.keepalive_expiry or 5.0
        self._places = anyio.Semaphore(limits.max_connections or 100)
        self._ways: tuple[aiohttp.ClientSession, Straight] | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, once, and return its answer; who is cancelled takes the connection along."""
        content = await request.aread()
        if not isinstance(request, PlainRequest):
            _fit(request, content)
        patience: dict[str, float | None] = request.extensions.get("timeout", {})
        await self._place(patience.get("pool"))
        try:
            return await self._ask(request, content, patience)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _in_words_of_httpx2(error) from error
        finally:
            self._places.release()

    async def aclose(self) -> None:
        """Close all connections."""
        if self._ways is not None:
            await self._ways[0].close()

    async def _place(self, seconds: float | None) -> None:
        if self._places.value:
            return self._places.acquire_nowait()
        try:
            with anyio.fail_after(seconds):
                await self._places.acquire()
        except TimeoutError as error:
            raise httpx2.PoolTimeout(f"all connections were in use for {seconds:g} s") from error

    async def _ask(self, request: httpx2.Request, content: bytes, patience: dict[str, float | None]) -> Answer:
        session, straight = self._opened()
        await asyncio.sleep(0)  # The loop's turn: the end of a kept connection is noticed before it is used.
        timeout = _timeout(_longest(len(content), patience), patience.get("connect"), patience.get("read"))
        if len(content) <= LARGE:
            return await straight.ask(request, content, timeout)
        refuse_late()
        async with session.request(
            request.method,
            URL(str(request.url), encoded=True),
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw],
            data=io.BytesIO(content),
            allow_redirects=False,
            timeout=timeout,
        ) as answer:
            return Answer(answer.status, answer.raw_headers, await answer.read(), answer.reason or "")

    def _opened(self) -> tuple[aiohttp.ClientSession, Straight]:
        """Return the two ways over one pool, made with the first call: most accounts of a large hub are idle."""
        if self._ways is None:
            connector = aiohttp.TCPConnector(ssl=self._tls, limit=0, keepalive_timeout=self._kept_seconds)
            session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=ADDED_BY_AIOHTTP,
                auto_decompress=False,
            )
            # aiohttp sends what is idempotent again where a kept connection turns out to be dead, and has no public
            # way to switch that off; every call counts against a platform's limits, so the hub decides.
            session._retry_connection = False
            self._ways = session, Straight(connector)
        return self._ways


def _longest(size: int, patience: dict[str, float | None]) -> float | None:
    """Return the seconds after which a call with a large body is given up: aiohttp watches no writing by itself."""
    waits = [seconds for name, seconds in patience.items() if name != "pool" and seconds is not None]
    return sum(waits) + size / SLOWEST if size > LARGE and waits else None


def _fit(request: httpx2.Request, content: bytes) -> None:
    """Let a request of unknown length say how long it is, now that all of it is there.

    Raises httpx2's ``UnsupportedProtocol`` for what is no HTTP.
    """
    if request.url.scheme not in ("http", "https"):
        raise httpx2.UnsupportedProtocol(f"no HTTP: {request.url.scheme}://")
    if request.headers.pop("Transfer-Encoding", None):
        request.headers["Content-Length"] = str(len(content))


@lru_cache(64)
def _timeout(longest: float | None, connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    """Return the time-outs of a call, which are the same for most."""
    return aiohttp.ClientTimeout(total=longest, sock_connect=connect, sock_read=read)


def _in_words_of_httpx2(error: Exception) -> httpx2.TransportError:
    match error:
        case aiohttp.ConnectionTimeoutError():
            return httpx2.ConnectTimeout(str(error))
        case aiohttp.ClientConnectorError() | UnicodeError():
            return httpx2.ConnectError(str(error))
        case TimeoutError():
            return httpx2.ReadTimeout(str(error))
        case aiohttp.ClientOSError():
            return httpx2.ReadError(str(error))
        case aiohttp.ServerDisconnectedError() | aiohttp.ClientPayloadError() | aiohttp.ClientResponseError():
            return httpx2.RemoteProtocolError(str(error))
        case _:
            return httpx2.LocalProtocolError(str(error))
