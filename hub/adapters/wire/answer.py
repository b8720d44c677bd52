"""An answer as it comes in, told by the parser piece by piece."""

from __future__ import annotations

import asyncio

import httpx2

LARGEST_HEAD = 102_400
"""Bytes before the body; no server that means well sends more."""

_FRAMED = frozenset({b"content-length", b"transfer-encoding"})


class Answer:
    """Status, headers and body of one answer; ``done`` is settled when all of it is there, or never will be."""

    __slots__ = ("bodiless", "done", "framed", "headers", "pieces", "reason", "status")

    def __init__(self, *, bodiless: bool) -> None:
        """``bodiless`` says that no body follows, whatever the headers announce: a HEAD was asked."""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.bodiless = bodiless
        self.status = 0
        self.clear()

    def clear(self) -> None:
        """Forget an answer that was only informational (1xx): the real one follows."""
        self.reason = b""
        self.headers: list[tuple[bytes, bytes]] = []
        self.pieces: list[bytes] = []
        self.framed = False

    def header(self, name: bytes, value: bytes) -> None:
        """Take a header; those that trail a body are not wanted."""
        if not self.status:
            self.headers.append((name, value))
            self.framed = self.framed or name.lower() in _FRAMED

    @property
    def ends_with_connection(self) -> bool:
        """Whether only the end of the connection tells the end of the body."""
        return bool(self.status) and not self.framed

    def complete(self) -> None:
        """Let whoever waits have it."""
        if not self.done.done():
            self.done.set_result(None)

    def fail(self, error: httpx2.TransportError) -> None:
        """Let whoever waits know that it will never be whole."""
        if not self.done.done():
            self.done.set_exception(error)

    def response(self) -> httpx2.Response:
        """Return it as the client's own kind."""
        return httpx2.Response(
            self.status,
            headers=self.headers,
            stream=httpx2.ByteStream(b"".join(self.pieces)),
            extensions={"http_version": b"HTTP/1.1", "reason_phrase": self.reason},
        )
