"""Documents of feeds and reports: bytes behind addresses that Amazon signs for a few minutes."""

from __future__ import annotations

import zlib

import httpx2

from hub.adapters.fields import Fields
from hub.adapters.http import Caller
from hub.outcome import Unavailable

LARGEST = 256 * 1024 * 1024
"""Bytes beyond which an unpacked document is no report of a seller's."""
_GZIP = 16 + zlib.MAX_WBITS


class Documents:
    """Puts and gets documents; the address itself is the permission, so no token goes along."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def upload(self, url: str, content_type: str, content: bytes) -> None:
        """Store a document under the content type that its address was signed for. Repeatable."""
        response = await self._caller.send(
            "document.upload", "PUT", url, headers={"Content-Type": content_type}, content=content
        )
        _refuse(response, "upload")

    async def download(self, document: Fields) -> tuple[bytes, str]:
        """Return a document unpacked, and its character set as far as told. Repeatable."""
        response = await self._caller.send("document.download", "GET", document.text("url"))
        _refuse(response, "download")
        content = response.content
        if document.maybe_text("compressionAlgorithm") == "GZIP":
            content = _unpacked(content)
        return content, response.charset_encoding or ""


def _refuse(response: httpx2.Response, what: str) -> None:
    if not response.is_success:
        raise Unavailable(f"the {what} of a document was refused with {response.status_code}; its address may be old")


def _unpacked(content: bytes) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        found = unpacker.decompress(content, LARGEST)
    except zlib.error as broken:
        raise Unavailable("a document is not the GZIP that it should be") from broken
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise Unavailable("a document is cut off, or too large")
    return found
