"""A platform that answers at once, or after a while, and remembers when it was called: ``python -m bench.platform``."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time
from typing import cast

import anyio

from bench.parent import tell_ready, told_plan

ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"ok":true}'
LOG = b"/log"


class Desk(asyncio.Protocol):
    """One connection; requests have no body and come one at a time."""

    def __init__(self, calls: dict[str, float], latency: float) -> None:
        self._calls = calls
        self._latency = latency
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._received += data
        if not self._received.endswith(b"\r\n\r\n") or self._transport is None:
            return
        path = self._received.split(b" ", 2)[1]
        self._received = b""
        if path == LOG:
            self._transport.write(self._told())
            return
        self._calls[path.decode()] = now
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._transport.write, ANSWER)
        else:
            self._transport.write(ANSWER)

    def _told(self) -> bytes:
        body = json.dumps(self._calls).encode()
        self._calls.clear()
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def main() -> None:
    """Answer until asked to stop, each time after the planned ``latency`` in seconds, if any."""
    latency = told_plan().get("latency", 0.0)
    calls: dict[str, float] = {}
    server = await asyncio.get_running_loop().create_server(lambda: Desk(calls, latency), "127.0.0.1", 0)
    async with server:
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            tell_ready(url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            async for _ in signals:
                return


if __name__ == "__main__":
    anyio.run(main, backend_options={"use_uvloop": sys.platform != "win32"})
