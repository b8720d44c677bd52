"""What lies beneath ``httpx2.AsyncClient``: aiohttp's connections, which cost a fraction of the default ones' CPU."""

from __future__ import annotations

import io
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import anyio
import httpx2
from yarl import URL

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
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, once, and return its answer; who is cancelled takes the connection along."""
        content = await request.aread()
        if request.url.scheme not in ("http", "https"):
            raise httpx2.UnsupportedProtocol(f"no HTTP: {request.url.scheme}://")
        patience: dict[str, float | None] = request.extensions.get("timeout", {})
        await self._place(patience.get("pool"))
        try:
            with _in_words_of_httpx2():
                return await self._ask(request, content, patience)
        finally:
            self._places.release()

    async def aclose(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def _place(self, seconds: float | None) -> None:
        try:
            with anyio.fail_after(seconds):
                await self._places.acquire()
        except TimeoutError as error:
            raise httpx2.PoolTimeout(f"all connections were in use for {seconds:g} s") from error

    async def _ask(self, request: httpx2.Request, content: bytes, patience: dict[str, float | None]) -> httpx2.Response:
        timeout = aiohttp.ClientTimeout(
            total=_longest(len(content), patience), sock_connect=patience.get("connect"), sock_read=patience.get("read")
        )
        async with self._opened().request(
            request.method,
            URL(str(request.url), encoded=True),
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw],
            data=io.BytesIO(content) if len(content) > LARGE else content or None,
            allow_redirects=False,
            timeout=timeout,
        ) as answer:
            return httpx2.Response(
                answer.status,
                headers=list(answer.raw_headers),
                stream=httpx2.ByteStream(await answer.read()),
                extensions={"http_version": b"HTTP/1.1", "reason_phrase": (answer.reason or "").encode()},
            )

    def _opened(self) -> aiohttp.ClientSession:
        """Return the session, made with the first call: most accounts of a large hub are idle."""
        if self._session is None:
            connector = aiohttp.TCPConnector(ssl=self._tls, limit=0, keepalive_timeout=self._kept_seconds)
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=ADDED_BY_AIOHTTP,
                auto_decompress=False,
            )
            # aiohttp sends what is idempotent again where a kept connection turns out to be dead, and has no public
            # way to switch that off; every call counts against a platform's limits, so the hub decides.
            self._session._retry_connection = False
        return self._session


def _longest(size: int, patience: dict[str, float | None]) -> float | None:
    """Return the seconds after which a call with a large body is given up: aiohttp watches no writing by itself."""
    waits = [seconds for name, seconds in patience.items() if name != "pool" and seconds is not None]
    return sum(waits) + size / SLOWEST if size > LARGE and waits else None


@contextmanager
def _in_words_of_httpx2() -> Iterator[None]:
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx2.ConnectTimeout(str(error)) from error
    except (aiohttp.ClientConnectorError, UnicodeError) as error:
        raise httpx2.ConnectError(str(error)) from error
    except TimeoutError as error:
        raise httpx2.ReadTimeout(str(error)) from error
    except aiohttp.ClientOSError as error:
        raise httpx2.ReadError(str(error)) from error
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientPayloadError, aiohttp.ClientResponseError) as error:
        raise httpx2.RemoteProtocolError(str(error)) from error
    except ValueError as error:
        raise httpx2.LocalProtocolError(str(error)) from error
