"""Reading a request's body without ever holding more of it than allowed."""

from __future__ import annotations

from starlette.requests import Request


class TooLarge(Exception):
    """The body is longer than the door takes."""


async def read_body(request: Request, limit: int) -> bytes:
    """Return the body; raises ``TooLarge`` as soon as more than ``limit`` bytes are announced or sent."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and (len(announced) > 18 or int(announced) > limit):
        raise TooLarge
    chunks: list[bytes] = []
    length = 0
    async for chunk in request.stream():
        length += len(chunk)
        if length > limit:
            raise TooLarge
        if chunk:
            chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
