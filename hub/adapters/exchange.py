"""One request and its answer, in forms of ``httpx2``'s own that cost little to make."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2

_LETTER = r"[\w~!$()*+,;=:@-]|%[0-9A-Fa-f]{2}"
NORMAL = re.compile(
    rf"(?:(?:{_LETTER})(?:{_LETTER}|\.)*(?:/(?:{_LETTER})(?:{_LETTER}|\.)*)*/?)?(?:\?(?:{_LETTER}|[.&/?])*)?", re.ASCII
)
"""What may follow a base address without ``httpx2`` changing anything: nothing to quote, no dots that lead upwards."""


class PlainRequest(httpx2.Request):
    """Headers and bytes for an address in normal form, which is taken apart only when somebody asks for its parts."""

    def __init__(
        self,
        method: str,
        address: str,
        headers: list[tuple[Any, Any]],
        content: bytes,
        timeout: Mapping[str, float | None],
    ) -> None:
        self.method = method
        self.address = address
        self.headers = httpx2.Headers(headers)
        self.extensions = {"timeout": dict(timeout)}
        self.stream = httpx2.ByteStream(content)
        self._parsed: httpx2.URL | None = None
        self.read()

    @property
    def url(self) -> httpx2.URL:
        """The address, taken apart."""
        if self._parsed is None:
            self._parsed = httpx2.URL(self.address)
        return self._parsed

    @url.setter
    def url(self, url: httpx2.URL) -> None:
        self._parsed, self.address = url, str(url)


class Answer(httpx2.Response):
    """An answer that came whole; what is not encoded needs no reading."""

    def __init__(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes, reason: str) -> None:
        extensions = {"http_version": b"HTTP/1.1", "reason_phrase": reason.encode()}
        super().__init__(status, headers=headers, stream=httpx2.ByteStream(body), extensions=extensions)
        encoded = any(name.lower() == b"content-encoding" for name, _ in headers)
        self._whole = None if encoded else body

    @property
    def content(self) -> bytes:
        """The body, decoded."""
        return super().content if self._whole is None else self._whole

    async def aread(self) -> bytes:
        """Return the body, decoded."""
        return await super().aread() if self._whole is None else self._whole
