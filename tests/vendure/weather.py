"""Bad luck on the way to a real server: the sandbox's faults, dealt out by the transport of the adapter under test."""

from __future__ import annotations

import httpx2
import orjson

from hub.sandbox.faults import Fault, Faults

WAIT = "2"
"""Seconds that a throttling proxy asks to wait."""


class Weather(httpx2.AsyncBaseTransport):
    """Sends requests on, unless a fault is due; a GraphQL operation counts as the end of its path."""

    def __init__(self, platform: str, faults: Faults, inner: httpx2.AsyncBaseTransport | None) -> None:
        self.last_session = ""
        self._platform = platform
        self._faults = faults
        self._inner = inner or httpx2.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.last_session = request.headers.get("Authorization", self.last_session)
        match self._faults.request(self._platform, request.method, path_of(request)):
            case None:
                return await self._inner.handle_async_request(request)
            case Fault.THROTTLE:
                return httpx2.Response(429, headers={"Retry-After": WAIT}, request=request)
            case Fault.BROKEN:
                return _broken(request)
            case Fault.LOST_REQUEST:
                raise httpx2.ReadError("lost before it arrived", request=request)
            case fault:
                await (await self._inner.handle_async_request(request)).aread()
                if fault is Fault.BROKEN_ANSWER:
                    return _broken(request)
                raise httpx2.ReadError("lost on the way back", request=request)

    async def aclose(self) -> None:
        await self._inner.aclose()


def path_of(request: httpx2.Request) -> str:
    return f"{request.url.path}/{orjson.loads(request.content)['operationName']}"


def _broken(request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(502, html="<h1>Bad gateway</h1>", request=request)
