"""The least that telling everybody can cost: one text sent to every WebSocket, with nothing else done."""

from __future__ import annotations

import anyio.lowlevel
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect


class Chorus:
    """All sockets that have joined."""

    def __init__(self) -> None:
        self.members: set[WebSocket] = set()

    async def join(self, socket: WebSocket) -> None:
        """Take a socket in until it leaves."""
        await socket.accept()
        self.members.add(socket)
        try:
            while True:
                await socket.receive_text()
        except WebSocketDisconnect:
            self.members.discard(socket)

    async def sing(self, request: Request) -> Response:
        """Send so many texts of the body's content to every member."""
        text = (await request.body()).decode()
        for _ in range(int(request.query_params["count"])):
            for member in self.members:
                await member.send_text(text)
            await anyio.lowlevel.checkpoint()
        return Response()
