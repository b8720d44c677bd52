"""A client of ``httpx2`` that takes the short way where the long one would come to the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2

from hub.adapters.exchange import NORMAL, PlainRequest

SAYS_LENGTH = frozenset({"POST", "PUT", "PATCH", "QUERY"})
"""Methods whose requests say how long their body is even where there is none."""


class PlainClient(httpx2.AsyncClient):
    """Builds and sends plain requests without asking what login, cookies, hooks and redirects would change.

    Where one of them is in use, and in every other way of using the client, all is as ``httpx2`` does it.
    """

    def __init__(self, wire: httpx2.AsyncBaseTransport, **options: Any) -> None:
        super().__init__(transport=wire, follow_redirects=False, trust_env=False, **options)
        self._wire = wire
        self._host = self.base_url.netloc
        self._base = str(self.base_url).rstrip("/") + "/" if self.base_url.is_absolute_url else None

    def build_request(self, method: str, url: httpx2.URL | str, **options: Any) -> httpx2.Request:
        """Build a request; one of headers and bytes alone in one step."""
        content, given = options.get("content"), options.get("headers") or {}
        others = any(value is not None for name, value in options.items() if name not in ("headers", "content"))
        bytes_alone = isinstance(content, bytes | None) and isinstance(given, Mapping)
        if others or not bytes_alone or not self._goes_straight or not self._is_normal(url):
            return super().build_request(method, url, **options)
        return PlainRequest(
            method, str(url), self._merged(method, given, content or b""), content or b"", self.timeout.as_dict()
        )

    def _merged(self, method: str, given: Mapping[str, str], content: bytes) -> list[tuple[Any, Any]]:
        """Return the host and the client's own headers, replaced by those given."""
        merged: dict[str, tuple[Any, Any]] = {"host": (b"Host", self._host)}
        merged |= {name.decode().lower(): (name, value) for name, value in self.headers.raw}
        merged |= {name.lower(): (name, value) for name, value in given.items()}
        if (content or method in SAYS_LENGTH) and "transfer-encoding" not in merged:
            merged.setdefault("content-length", (b"Content-Length", b"%d" % len(content)))
        return list(merged.values())

    def _is_normal(self, url: httpx2.URL | str) -> bool:
        """Say whether an address lies below the client's own and is written as it would be sent."""
        return (
            isinstance(url, str)
            and self._base is not None
            and url.startswith(self._base)
            and NORMAL.fullmatch(url, len(self._base)) is not None
        )

    @property
    def _goes_straight(self) -> bool:
        hooks = any(self.event_hooks.values())
        return not (self.auth is not None or hooks or self.params or len(self.cookies.jar) or self.is_closed)

    async def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
        """Send a request and return its answer, read to the end."""
        if options or not isinstance(request, PlainRequest) or not self._goes_straight:
            return await super().send(request, **options)
        response = await self._wire.handle_async_request(request)
        response.request = request
        await response.aread()
        if "set-cookie" in response.headers:
            self.cookies.extract_cookies(response)
        return response
