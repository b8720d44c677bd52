"""Reading a request's body without ever holding more of it than allowed, or waiting for it longer."""

from __future__ import annotations

import asyncio

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive


class TooLarge(Exception):
    """The body is longer than the door takes."""


class TooSlow(Exception):
    """The body did not come in time."""


async def read_body(receive: Receive, announced: str, limit: int, seconds: float) -> bytes:
    """Return the body; ``announced`` is its Content-Length, if any.

    Raises ``TooLarge`` as soon as more than ``limit`` bytes are announced or sent, ``TooSlow`` or ``ClientDisconnect``.
    """
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > limit):
        raise TooLarge
    try:
        async with asyncio.timeout(seconds):
            return await _read(receive, limit)
    except TimeoutError:
        raise TooSlow from None


async def _read(receive: Receive, limit: int) -> bytes:
    body, more = _piece(await receive(), limit)
    if not more:
        return body
    pieces = bytearray(body)
    while more:
        piece, more = _piece(await receive(), limit - len(pieces))
        pieces += piece
    return bytes(pieces)


def _piece(message: Message, room: int) -> tuple[bytes, bool]:
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    body: bytes = message.get("body", b"")
    if len(body) > room:
        raise TooLarge
    return body, message.get("more_body", False)
