"""Something that happens in the shop just before one of the adapter's requests arrives there."""

from __future__ import annotations

from collections.abc import Callable

import httpx2

from tests.vendure.weather import path_of


class Meanwhile(httpx2.AsyncHTTPTransport):
    """Does ``act`` once, right before the next request of one operation; notes every operation and its body."""

    def __init__(self, operation: str = "", act: Callable[[], object] | None = None) -> None:
        super().__init__()
        self.operation = operation
        self.act = act
        self.sent: list[tuple[str, bytes]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        operation = path_of(request).rpartition("/")[2]
        self.sent.append((operation, request.content))
        if operation == self.operation and self.act is not None:
            act, self.act = self.act, None
            act()
        return await super().handle_async_request(request)
