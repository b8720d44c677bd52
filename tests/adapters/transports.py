"""Ways to a platform on which something happens: to its answers, or between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import httpx2
import orjson

Refusal: TypeAlias = Callable[[httpx2.Request], httpx2.Response]


def unauthorized(request: httpx2.Request) -> httpx2.Response:
    """Return how most platforms answer whom they do not let in."""
    return httpx2.Response(401, headers={"Content-Type": "application/json"}, content=b"{}")


class Meddling(httpx2.AsyncHTTPTransport):
    """Lets something happen right after the first answer to a kind of request; ``locked``, it refuses everything."""

    def __init__(
        self, target: tuple[str, str], meddle: Callable[[Meddling], None], refusal: Refusal = unauthorized
    ) -> None:
        super().__init__()
        self._target = target
        self._meddle = meddle
        self._refusal = refusal
        self.locked = False
        self.meddled = False

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.locked:
            return self._refusal(request)
        response = await super().handle_async_request(request)
        method, path = self._target
        if not self.meddled and request.method == method and path in request.url.raw_path.decode():
            self.meddled = True
            self._meddle(self)
        return response


class Embellishing(httpx2.AsyncHTTPTransport):
    """Adds members that nobody knows to every object of every JSON answer."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        content = await response.aread()
        headers = {name: value for name, value in response.headers.items() if name.lower() != "content-length"}
        if "json" in headers.get("content-type", "") and content:
            content = orjson.dumps(_embellished(orjson.loads(content)))
        return httpx2.Response(response.status_code, headers=headers, content=content)


def _embellished(value: Any) -> Any:
    match value:
        case dict():
            return {name: _embellished(each) for name, each in value.items()} | {"novelty": {"of": ["a", 1, None]}}
        case list():
            return [_embellished(each) for each in value]
        case _:
            return value
