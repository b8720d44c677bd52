"""Reading a request's body without ever holding more of it than allowed, or waiting for it longer."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any

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
    reading = _read(receive, limit)
    try:
        waited_for = reading.send(None)
    except StopIteration as end:
        body: bytes = end.value
        return body
    try:
        async with asyncio.timeout(seconds):
            return await _resumed(reading, waited_for)
    except TimeoutError:
        raise TooSlow from None


@types.coroutine
def _resumed(reading: Coroutine[Any, Any, bytes], waited_for: Any) -> Generator[Any, Any, bytes]:
    """Go on with a coroutine that was begun by hand: most bodies are there at once, and a timer is dear."""
    try:
        yield waited_for
    except asyncio.CancelledError as cancelled:
        yield reading.throw(cancelled)
    return (yield from reading.__await__())


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
