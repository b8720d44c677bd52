"""A client of ``httpx2`` that takes the short way where the long one would come to the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

import httpx2

from hub.adapters.exchange import NORMAL, Fields, PlainRequest, origin_of

SAYS_LENGTH = frozenset({"POST", "PUT", "PATCH", "QUERY"})
"""Methods whose requests say how long their body is even where there is none."""


class PlainClient(httpx2.AsyncClient):
    """Builds and sends plain requests without asking what login, cookies, hooks and redirects would change.

    Where one of them is in use, and in every other way of using the client, all is as ``httpx2`` does it.
    """

    def __init__(self, wire: httpx2.AsyncBaseTransport, **options: Any) -> None:
        super().__init__(transport=wire, follow_redirects=False, trust_env=False, **options)
        self._wire = wire
        self._origin = origin_of(self.base_url)
        self._base = str(self.base_url).rstrip("/") + "/" if self.base_url.is_absolute_url else None
        self._known: tuple[Fields, dict[str, tuple[bytes, bytes]]] = ((), {})

    def build_request(self, method: str, url: httpx2.URL | str, **options: Any) -> httpx2.Request:
        """Build a request; one of headers and bytes alone in one step."""
        content, given = options.pop("content", None) or b"", options.pop("headers", None) or {}
        bytes_alone = isinstance(content, bytes) and isinstance(given, Mapping)
        others = [value for value in options.values() if value is not None]
        if others or not bytes_alone or not self._goes_straight or not self._is_normal(url) or _is_cut(given):
            return super().build_request(method, url, content=content or None, headers=given, **options)
        fields = self._merged(method, given, content)
        return PlainRequest(method, self._origin, url[len(self._origin) :], fields, content, self.timeout.as_dict())

    def _merged(self, method: str, given: Mapping[str, str], content: bytes) -> Fields:
        """Return the host and the client's own headers, replaced by those given."""
        merged = self._own() | {name.lower(): (_ascii(name), _ascii(value)) for name, value in given.items()}
        if content or method in SAYS_LENGTH:
            merged.setdefault("content-length", (b"Content-Length", b"%d" % len(content)))
        return list(merged.values())

    def _own(self) -> dict[str, tuple[bytes, bytes]]:
        """Return the host and the client's own headers by their names in small letters."""
        raw = self.headers.raw
        if raw != self._known[0]:
            own = {name.decode().lower(): (name, value) for name, value in raw}
            self._known = raw, {"host": (b"Host", self.base_url.netloc)} | own
        return self._known[1]

    def _is_normal(self, url: httpx2.URL | str) -> TypeGuard[str]:
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


def _is_cut(given: Mapping[str, str]) -> bool:
    """Say whether a body is to be sent in chunks."""
    return any(name.lower() == "transfer-encoding" for name in given)


def _ascii(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("ascii")
