"""One small request over one of aiohttp's connections, past its session, which costs more than the connection does."""

from __future__ import annotations

from functools import lru_cache

import aiohttp
import httpx2
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from hub.adapters.exchange import Answer, Fields, PlainRequest, origin_of, refuse_late

ORIGINS = 16
FINAL = 200
SWITCHED = 101


class Straight:
    """Writes requests to connections of the connector's, and reads their answers whole."""

    def __init__(self, connector: aiohttp.BaseConnector) -> None:
        self._connector = connector
        self._place = lru_cache(ORIGINS)(_place)

    async def ask(self, request: httpx2.Request, content: bytes, timeout: aiohttp.ClientTimeout) -> Answer:
        """Send a request with its body, once, and return its answer; raises the errors of aiohttp."""
        origin, target, fields = _parts(request)
        head = _head(request.method, target, fields)
        connection = await self._connected(origin, timeout)
        try:
            answer = await _exchange(connection, head + content, request.method == "HEAD", timeout.sock_read)
        except BaseException:
            connection.close()
            raise
        connection.release()
        return answer

    async def _connected(self, origin: str, timeout: aiohttp.ClientTimeout) -> aiohttp.connector.Connection:
        try:
            return await self._connector.connect(self._place(origin), [], timeout)
        except TimeoutError as error:
            raise aiohttp.ConnectionTimeoutError(str(error)) from error


def _place(origin: str) -> aiohttp.ClientRequest:
    """Return what the connector knows a server by."""
    return aiohttp.ClientRequest("GET", URL(origin, encoded=True))


def _parts(request: httpx2.Request) -> tuple[str, bytes, Fields]:
    """Return origin, target and headers."""
    if isinstance(request, PlainRequest):
        return request.origin, request.target, request.fields
    return origin_of(request.url), request.url.raw_path, request.headers.raw


def _head(method: str, target: bytes, fields: Fields) -> bytes:
    """Return the lines before the body. Raises ``ValueError`` for what would be a line of its own."""
    lines = [b"%b %b HTTP/1.1" % (method.encode("ascii"), target)]
    lines += [b"%b: %b" % field for field in fields]
    head, ends = b"\r\n".join([*lines, b"", b""]), len(lines) + 1
    if head.count(b"\n") != ends or head.count(b"\r") != ends or b"\0" in head:
        raise ValueError("a header holds the end of a line")
    return head


async def _exchange(
    connection: aiohttp.connector.Connection, said: bytes, without_body: bool, patience: float | None
) -> Answer:
    """Say something and hear the answer to its end; ``patience`` is how many seconds of silence are borne."""
    protocol, transport = connection.protocol, connection.transport
    if protocol is None or transport is None or transport.is_closing():
        raise aiohttp.ClientConnectionResetError("the connection is closing")
    protocol.set_response_params(
        skip_payload=without_body, read_until_eof=True, auto_decompress=False, read_timeout=patience
    )
    refuse_late()
    transport.write(said)
    protocol.start_timeout()
    return await _answer(protocol)


async def _answer(protocol: ResponseHandler) -> Answer:
    try:
        message, payload = await protocol.read()
        while message.code < FINAL and message.code != SWITCHED:
            message, payload = await protocol.read()
    except HttpProcessingError as error:
        raise aiohttp.ClientPayloadError(str(error)) from error
    return Answer(message.code, message.raw_headers, await payload.read(), message.reason or "")
