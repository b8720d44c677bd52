"""A network of our own on loopback: every connection goes through it, and it can be cut in five ways."""

from __future__ import annotations

import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import anyio
from anyio import TypedAttributeProvider
from anyio.abc import SocketAttribute, SocketStream, TaskStatus

GONE = (OSError, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError)
AT_ONCE = struct.pack("ii", 1, 0)
"""To linger for no time: what is closed is reset."""
MID_ANSWER = 60
"""Bytes of an answer that pass before it is cut."""
FORGOTTEN = 20.0
"""Seconds after which the far end of a lost connection is told that nobody is there, as keep-alive probes would."""

Connect = Callable[[], Awaitable[SocketStream | None]]


class Cut(StrEnum):
    """What is wrong with the network."""

    REFUSE = "refuse"
    """All connections are reset, new ones too."""
    DROP = "drop"
    """Whatever is sent vanishes; neither end of a connection is told, now or when the cut is over."""
    HALF_OPEN = "half-open"
    """The far ends are closed, the near ends are not told, now or when the cut is over."""
    STALL = "stall"
    """Nothing moves until the cut is over; then everything goes on."""
    MID_ANSWER = "mid-answer"
    """Requests arrive; their answers are cut short and the connection is reset."""


LOST = frozenset({Cut.DROP, Cut.HALF_OPEN})


class Wire:
    """Relays connections to wherever ``connect`` leads, and knows nothing of what they carry.

    ``met`` counts the connections that felt the last cut: one that nobody felt proves nothing.
    """

    def __init__(self, connect: Connect) -> None:
        self.port = 0
        self.met = 0
        self._connect = connect
        self._cut: Cut | None = None
        self._mended = anyio.Event()
        self._links: set[_Link] = set()

    async def run(self, *, task_status: TaskStatus[int] = anyio.TASK_STATUS_IGNORED) -> None:
        """Listen on a port of loopback until cancelled; the port is told when it starts."""
        async with await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0) as listener:
            self.port = _socket_of(listener).getsockname()[1]
            task_status.started(self.port)
            await listener.serve(self._serve)

    def cut(self, how: Cut) -> None:
        """Cut it; connections that a ``drop`` or ``half-open`` meets stay lost when it is mended."""
        self._cut = how
        self._mended = anyio.Event()
        self.met = len(self._links) if how is Cut.REFUSE or how in LOST else 0
        for link in self._links:
            if how is Cut.REFUSE:
                link.reset()
            elif how in LOST:
                link.lose(tell_far=how is Cut.HALF_OPEN)

    def mend(self) -> None:
        """Let everything pass again."""
        self._cut = None
        self._mended.set()

    async def _serve(self, near: SocketStream) -> None:
        link = _Link(near)
        self._links.add(link)
        try:
            with suppress(*GONE):
                await self._relay(link)
        finally:
            self._links.discard(link)
            with anyio.CancelScope(shield=True):
                await link.close()

    async def _relay(self, link: _Link) -> None:
        if self._cut is Cut.REFUSE:
            self.met += 1
            link.reset()
            return
        if self._cut in LOST:
            self.met += 1
            link.lost = True
            await _swallow(link.near)
            return
        await self._calm()
        with suppress(OSError):
            link.far = await self._connect()
        if link.far is None:
            link.reset()
            return
        with link.scope:
            async with anyio.create_task_group() as group:
                group.start_soon(self._ask, link)
                group.start_soon(self._answer, link)

    async def _ask(self, link: _Link) -> None:
        """Carry what the near end says; when it leaves, all is over, unless the far end cannot know."""
        far = link.far
        with suppress(*GONE):
            while far is not None:
                data = await link.near.receive()
                await self._calm()
                if not link.lost:
                    await far.send(data)
        if link.lost:
            await anyio.sleep(FORGOTTEN)
        link.scope.cancel()

    async def _answer(self, link: _Link) -> None:
        far = link.far
        with suppress(*GONE):
            while far is not None:
                data = await far.receive()
                await self._calm()
                if self._cut is Cut.MID_ANSWER:
                    self.met += 1
                    await link.near.send(data[:MID_ANSWER])
                    link.reset()
                elif not link.lost:
                    await link.near.send(data)
        if not link.lost:
            link.scope.cancel()

    async def _calm(self) -> None:
        self.met += self._cut is Cut.STALL
        while self._cut is Cut.STALL:
            await self._mended.wait()


@dataclass(eq=False)
class _Link:
    """One connection; ``lost`` says that nothing comes through any more and that nobody is told."""

    near: SocketStream
    far: SocketStream | None = None
    lost: bool = False

    def __post_init__(self) -> None:
        self.scope = anyio.CancelScope()

    def reset(self) -> None:
        """End it so that both ends see it broken rather than closed."""
        for end in (self.near, self.far):
            if end is not None:
                with suppress(OSError):
                    _socket_of(end).setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
        self.scope.cancel()

    def lose(self, *, tell_far: bool) -> None:
        """Let nothing through from now on; the far end may see it closed."""
        self.lost = True
        if tell_far and self.far is not None:
            with suppress(OSError):
                _socket_of(self.far).shutdown(socket.SHUT_WR)

    async def close(self) -> None:
        for end in (self.near, self.far):
            if end is not None:
                await anyio.aclose_forcefully(end)


def _socket_of(end: TypedAttributeProvider) -> socket.socket:
    found: socket.socket = end.extra(SocketAttribute.raw_socket)  # noqa: S610
    return found


async def _swallow(end: SocketStream) -> None:
    while True:
        await end.receive()
