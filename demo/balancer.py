"""One address for several nodes: each connection goes to the next node that takes it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import anyio
from anyio.abc import SocketStream, TaskStatus

GONE = (OSError, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError)


class Rotation:
    """Several nodes, by their ports: each connection goes to the next one that takes it."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = ports
        self._turns = count()

    async def connect(self) -> SocketStream | None:
        """Return a connection to the next node; None where none takes it."""
        first = next(self._turns)
        for place in range(len(self._ports)):
            port = self._ports[(first + place) % len(self._ports)]
            try:
                return await anyio.connect_tcp("127.0.0.1", port)
            except OSError:
                continue
        return None


class Balancer:
    """Relays bytes and knows nothing of HTTP, so WebSockets pass as well."""

    def __init__(self, port: int, nodes: Sequence[int]) -> None:
        self._port = port
        self._nodes = Rotation(nodes)

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Listen until cancelled."""
        async with await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=self._port) as listener:
            task_status.started()
            await listener.serve(self._relay)

    async def _relay(self, client: SocketStream) -> None:
        async with client:
            node = await self._nodes.connect()
            if node is None:
                return
            async with node, anyio.create_task_group() as group:
                group.start_soon(_pump, client, node, group.cancel_scope)
                group.start_soon(_pump, node, client, group.cancel_scope)


async def _pump(source: SocketStream, target: SocketStream, both: anyio.CancelScope) -> None:
    try:
        while True:
            await target.send(await source.receive())
    except GONE:
        both.cancel()
