"""The headers that every answer carries."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cache-control": "no-store",
}
LASTING_TLS = "max-age=31536000"


def security_headers(*, tls: bool) -> list[tuple[bytes, bytes]]:
    """Return the headers as ASGI has them; ``tls`` tells browsers to come back over TLS only."""
    headers = HEADERS | ({"strict-transport-security": LASTING_TLS} if tls else {})
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class SecurityHeaders:
    """Adds the headers that an answer does not set itself."""

    def __init__(self, app: ASGIApp, *, tls: bool) -> None:
        self._app = app
        self._headers = security_headers(tls=tls)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; answers to HTTP requests get their headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message.get("headers", ())
                names = {name for name, _ in own}
                message = {**message, "headers": [*own, *(one for one in self._headers if one[0] not in names)]}
            await send(message)

        await self._app(scope, receive, send_with_headers)
