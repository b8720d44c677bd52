"""What lies beneath ``httpx2.AsyncClient``: requests and answers as wholes, over pooled HTTP/1.1 connections."""

from __future__ import annotations

import ssl

import httpx2

from hub.adapters.wire.patience import Origin, Patience
from hub.adapters.wire.pool import Pool


class WireTransport(httpx2.AsyncBaseTransport):
    """Does what httpx2's own transport does for a client without proxies, at a fraction of its CPU.

    Requests need a body of known length; answers are read to their end, however the client asks for them.
    Raises the transport errors of httpx2, and never sends anything twice.
    """

    def __init__(self, *, tls: ssl.SSLContext, limits: httpx2.Limits) -> None:
        most, idle_most = limits.max_connections or 100, limits.max_keepalive_connections
        self._pool = Pool(tls, most, most if idle_most is None else idle_most, limits.keepalive_expiry or 5.0)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request and return its answer."""
        written = head(request) + await request.aread()
        bodiless = request.method == "HEAD"
        answer = await self._pool.ask(Origin.of(request.url), written, Patience.of(request), bodiless=bodiless)
        return answer.response()

    async def aclose(self) -> None:
        """Close all connections."""
        await self._pool.close()


def head(request: httpx2.Request) -> bytes:
    """Return the request line and headers; ``LocalProtocolError`` where a line break would make one into two."""
    headers = request.headers.raw
    lines = [b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%b: %b" % header for header in headers]
    written = b"\r\n".join([*lines, b"", b""])
    if written.count(b"\n") != len(lines) + 1 or written.count(b"\r") != len(lines) + 1 or b"\0" in written:
        raise httpx2.LocalProtocolError("a line break or a zero within a header")
    if "transfer-encoding" in request.headers:
        raise httpx2.LocalProtocolError("only bodies of known length are sent")
    return written
