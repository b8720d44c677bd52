"""The web application: every door of the hub under one roof."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.web.contracts import Contracts
from hub.web.doors import Doors
from hub.web.health import Health
from hub.web.hook_routes import door_of
from hub.web.log_export import LogExport
from hub.web.metrics_page import MetricsPage
from hub.web.oauth import ConsentDoors
from hub.web.report_export import OssExport, ReportExport
from hub.web.security import SecurityHeaders
from hub.web.webhooks import Webhooks


class Inside:
    """Marks an ASGI application as one: Starlette takes every function and method for a view of requests."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        await self._app(scope, receive, send)


class Front:
    """Leads webhooks straight to their door, for layers that others need would cost them as much as all the rest."""

    def __init__(self, webhooks: Webhooks, others: ASGIApp) -> None:
        self._webhooks = webhooks
        self._others = others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on."""
        door = door_of(scope["path"]) if scope["type"] == "http" else None
        if door is None:
            await self._others(scope, receive, send)
        else:
            await self._webhooks(door, scope, receive, send)


def make_app(doors: Doors) -> ASGIApp:
    """Return the application; what it uses must be open as long as it serves."""
    consent, health = ConsentDoors(doors), Health(doors)
    routes = [
        Route("/oauth/{platform}/start", consent.start, methods=["GET"]),
        Route("/oauth/{platform}/callback", consent.callback, methods=["GET"]),
        Route("/contracts/{platform}.json", Contracts(doors).show, methods=["GET"]),
        Route("/export/log", LogExport(doors).send, methods=["GET"]),
        Route("/export/report", ReportExport(doors).send, methods=["GET"]),
        Route("/export/oss", OssExport(doors).send, methods=["GET"]),
        Route("/health/live", health.live, methods=["GET"]),
        Route("/health/ready", health.ready, methods=["GET"]),
        Route("/metrics", MetricsPage(doors).show, methods=["GET"]),
        Route("/graphql", Inside(doors.graphql)),
        WebSocketRoute("/graphql", Inside(doors.graphql)),
    ]
    tls = doors.public_url.startswith("https://")
    return Front(Webhooks(doors), Starlette(routes=routes, middleware=[Middleware(SecurityHeaders, tls=tls)]))
