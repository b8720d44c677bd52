"""A client that costs little: whole requests written to raw sockets, answers looked at no closer than needed."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import cast

import anyio

from bench.failure import NotMeasured

ACCEPTED = b"HTTP/1.1 200"
DEADLINE = 60.0
END = b"\r\n\r\n"
UVLOOP = {"use_uvloop": sys.platform != "win32"}


class Refused(NotMeasured):
    """A server did not accept what the bench sent it."""


@dataclass(slots=True)
class Answers:
    """What came back: when each request was sent, and how long its answer took, in seconds."""

    sent_at: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Accepted requests per second."""
        return (len(self.took) - len(self.refused)) / self.seconds

    def all_taken(self) -> Answers:
        """Return these; raises ``Refused`` with the first that is no acceptance."""
        if self.refused:
            raise Refused(self.refused[0])
        return self


class Line(asyncio.Protocol):
    """One keep-alive connection with one request under way at most."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.transport: asyncio.WriteTransport | None = None
        self.waiting: asyncio.Future[None] | None = None
        self._began = 0.0
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.WriteTransport, transport)

    def send(self, request: bytes) -> None:
        """Write one request."""
        self._began = time.monotonic()
        self.answers.sent_at.append(self._began)
        if self.transport is not None:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not whole(self._received):
            return
        self.answers.took.append(time.monotonic() - self._began)
        if not self._received.startswith(ACCEPTED):
            self.answers.refused.append(self._received[:120].decode("latin-1"))
        self._received = b""
        self.answered()

    def answered(self) -> None:
        """Let whoever waits go on."""
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionError("the server closed the connection"))


def whole(received: bytes) -> bool:
    """Say whether an answer has come in to the end of its body."""
    head, end, body = received.partition(END)
    _, told, length = head.lower().partition(b"content-length: ")
    return bool(end) and len(body) >= int(length.partition(b"\r\n")[0] if told else 0)


class Chain(Line):
    """Sends the next request as soon as the last one was answered."""

    def __init__(self, answers: Answers, requests: Iterator[bytes]) -> None:
        super().__init__(answers)
        self._requests = requests

    def answered(self) -> None:
        following = next(self._requests, None)
        if following is None:
            super().answered()
        else:
            self.send(following)


def pour(port: int, requests: list[bytes], connections: int) -> Answers:
    """Send requests as fast as they are answered over so many connections; runs a loop of its own."""
    return pour_at({port: requests}, connections)


def pour_at(targets: Mapping[int, list[bytes]], connections: int) -> Answers:
    """Do as ``pour`` at several servers' ports at once, with so many connections to each."""
    return anyio.run(_pour, targets, connections, backend_options=UVLOOP)


async def _pour(targets: Mapping[int, list[bytes]], connections: int) -> Answers:
    loop, answers = asyncio.get_running_loop(), Answers()
    following = {port: iter(requests) for port, requests in targets.items()}
    lines = [
        (await loop.create_connection(partial(Chain, answers, following[port]), "127.0.0.1", port))[1]
        for _ in range(connections)
        for port in targets
    ]
    began = time.monotonic()
    for line in lines:
        line.waiting = loop.create_future()
        line.answered()
    with anyio.fail_after(DEADLINE):
        for line in lines:
            if line.waiting is not None:
                await line.waiting
    answers.seconds = time.monotonic() - began
    return answers


def drip(port: int, requests: list[bytes], rate: float) -> Answers:
    """Send requests at a steady rate per second, whether or not earlier ones were answered."""
    return anyio.run(_drip, port, requests, rate, backend_options=UVLOOP)


async def _drip(port: int, requests: list[bytes], rate: float) -> Answers:
    loop, answers = asyncio.get_running_loop(), Answers()
    idle: list[Line] = []
    began = time.monotonic()
    async with anyio.create_task_group() as tasks:
        for number, request in enumerate(requests):
            await anyio.sleep(max(0.0, began + number / rate - time.monotonic()))
            line = idle.pop() if idle else (await loop.create_connection(lambda: Line(answers), "127.0.0.1", port))[1]
            tasks.start_soon(_once, line, request, idle)
    answers.seconds = time.monotonic() - began
    return answers


async def _once(line: Line, request: bytes, idle: list[Line]) -> None:
    line.waiting = asyncio.get_running_loop().create_future()
    line.send(request)
    await line.waiting
    idle.append(line)
