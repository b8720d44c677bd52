"""One request and its answer, in forms of ``httpx2``'s own that cost little to make."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

import httpx2

from hub.lease import may_act

_LETTER = r"[\w~!$()*+,;=:@-]|%[0-9A-Fa-f]{2}"
NORMAL = re.compile(
    rf"(?:(?:{_LETTER})(?:{_LETTER}|\.)*(?:/(?:{_LETTER})(?:{_LETTER}|\.)*)*/?)?(?:\?(?:{_LETTER}|[.&/?])*)?", re.ASCII
)
"""What may follow a base address without ``httpx2`` changing anything: nothing to quote, no dots that lead upwards."""

Fields: TypeAlias = Sequence[tuple[bytes, bytes]]
"""Headers as they go over the wire."""


def origin_of(url: httpx2.URL) -> str:
    """Return scheme, host and port of an address."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


class LeaseOver(httpx2.ConnectError):
    """Nothing was sent, for the actor that wanted it may be another node's by now."""


def refuse_late() -> None:
    """Raise ``LeaseOver`` where this task may not act any more; asked last before a request is written.

    A connection is waited for before that, and a process may be stopped meanwhile for longer than its leases last.
    """
    if not may_act():
        raise LeaseOver("the lease of the actor may be over")


class PlainRequest(httpx2.Request):
    """Headers and bytes for an address in normal form; what nobody asks for is not made."""

    def __init__(
        self, method: str, origin: str, target: str, fields: Fields, content: bytes, timeout: dict[str, float | None]
    ) -> None:
        """``origin`` is scheme, host and port, ``target`` the rest of the address."""
        self.method = method.upper()
        self.origin = origin
        self.target = target.encode("ascii") or b"/"
        self.extensions = {"timeout": timeout}
        self._fields = fields
        self._headers: httpx2.Headers | None = None
        self._url: httpx2.URL | None = None
        self.stream = httpx2.ByteStream(content)
        self._body = content

    @property
    def fields(self) -> Fields:
        """The headers as they go over the wire."""
        return self._fields if self._headers is None else self._headers.raw

    @property
    def headers(self) -> httpx2.Headers:
        """The headers, to be read and changed."""
        if self._headers is None:
            self._headers = httpx2.Headers(self._fields)
        return self._headers

    @headers.setter
    def headers(self, headers: httpx2.Headers) -> None:
        self._headers = headers

    @property
    def address(self) -> str:
        """Where it goes."""
        return self.origin + self.target.decode("ascii")

    @property
    def url(self) -> httpx2.URL:
        """The address, taken apart."""
        if self._url is None:
            self._url = httpx2.URL(self.address)
        return self._url

    @url.setter
    def url(self, url: httpx2.URL) -> None:
        self._url = url
        self.origin, self.target = origin_of(url), url.raw_path

    @property
    def content(self) -> bytes:
        """The body."""
        return self._body

    def read(self) -> bytes:
        """Return the body."""
        return self._body

    async def aread(self) -> bytes:
        """Return the body."""
        return self._body


class Answer(httpx2.Response):
    """An answer that came whole; what is not encoded needs no reading."""

    def __init__(self, status: int, headers: Sequence[tuple[bytes, bytes]], body: bytes, reason: str) -> None:
        extensions = {"http_version": b"HTTP/1.1", "reason_phrase": reason.encode()}
        super().__init__(status, headers=headers, stream=httpx2.ByteStream(body), extensions=extensions)
        self._whole = None if "content-encoding" in self.headers else body

    @property
    def content(self) -> bytes:
        """The body, decoded."""
        return super().content if self._whole is None else self._whole

    async def aread(self) -> bytes:
        """Return the body, decoded."""
        return await super().aread() if self._whole is None else self._whole
