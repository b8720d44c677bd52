"""One address for several nodes: each connection goes to the next node that takes it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import anyio
from anyio.abc import SocketStream, TaskStatus

GONE = (OSError, anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError)


class Balancer:
    """Relays bytes and knows nothing of HTTP, so WebSockets pass as well."""

    def __init__(self, port: int, nodes: Sequence[int]) -> None:
        self._port = port
        self._nodes = nodes
        self._turns = count()

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Listen until cancelled."""
        async with await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=self._port) as listener:
            task_status.started()
            await listener.serve(self._relay)

    async def _relay(self, client: SocketStream) -> None:
        async with client:
            node = await self._next_node()
            if node is None:
                return
            async with node, anyio.create_task_group() as group:
                group.start_soon(_pump, client, node, group.cancel_scope)
                group.start_soon(_pump, node, client, group.cancel_scope)

    async def _next_node(self) -> SocketStream | None:
        first = next(self._turns)
        for place in range(len(self._nodes)):
            port = self._nodes[(first + place) % len(self._nodes)]
            try:
                return await anyio.connect_tcp("127.0.0.1", port)
            except OSError:
                continue
        return None


async def _pump(source: SocketStream, target: SocketStream, both: anyio.CancelScope) -> None:
    try:
        while True:
            await target.send(await source.receive())
    except GONE:
        both.cancel()
