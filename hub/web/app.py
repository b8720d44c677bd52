"""The web application: every door of the hub under one roof."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.web.contracts import Contracts
from hub.web.doors import Doors
from hub.web.health import Health
from hub.web.oauth import Consent
from hub.web.security import SecurityHeaders
from hub.web.webhooks import Webhooks


class Inside:
    """Marks an ASGI application as one: Starlette takes every function and method for a view of requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        await self._app(scope, receive, send)


def make_app(doors: Doors) -> Starlette:
    """Return the application; what it uses must be open as long as it serves."""
    webhooks, consent, health = Webhooks(doors), Consent(doors), Health(doors)
    routes = [
        Route("/webhooks/exact/{connection_id}", Inside(webhooks.exact), methods=["POST"]),
        Route("/webhooks/{platform}/{tenant}/{channel}", Inside(webhooks.channel), methods=["POST"]),
        Route("/oauth/exact/start", consent.start, methods=["GET"]),
        Route("/oauth/exact/callback", consent.callback, methods=["GET"]),
        Route("/contracts/{platform}.json", Contracts(doors).show, methods=["GET"]),
        Route("/health/live", health.live, methods=["GET"]),
        Route("/health/ready", health.ready, methods=["GET"]),
        Route("/graphql", Inside(doors.graphql)),
        WebSocketRoute("/graphql", Inside(doors.graphql)),
    ]
    tls = doors.public_url.startswith("https://")
    return Starlette(routes=routes, middleware=[Middleware(SecurityHeaders, tls=tls)])
