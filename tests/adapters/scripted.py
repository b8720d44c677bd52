"""A platform that answers from a script and remembers what it was asked; for protocol tests without a socket."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import httpx2
import orjson

Line: TypeAlias = httpx2.Response | Exception | Callable[[httpx2.Request], httpx2.Response]


class Script:
    """Answers requests in the order of its lines; the last line repeats."""

    def __init__(self, *lines: Line) -> None:
        self.lines = list(lines)
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        line = self.lines.pop(0) if len(self.lines) > 1 else self.lines[0]
        match line:
            case Exception():
                raise line
            case httpx2.Response():
                return httpx2.Response(line.status_code, headers=line.headers, content=line.content)
        return line(request)

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self)


def says(payload: object, status: int = 200, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    """Return a JSON answer."""
    told = {"Content-Type": "application/json", **(headers or {})}
    return httpx2.Response(status, headers=told, content=orjson.dumps(payload))
