"""The metrics in Prometheus' text format, for whoever knows the token."""

from __future__ import annotations

from hmac import compare_digest

import anyio
import anyio.to_thread
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from hub.graphql.endpoint import bearer
from hub.web.doors import Doors


class MetricsPage:
    """Answers ``GET /metrics`` with a bearer token of its own: no tenant's token opens it, for it tells of all."""

    def __init__(self, doors: Doors) -> None:
        self._scrape = doors.scrape
        self._token = doors.metrics_token.encode()
        self._one_at_a_time = anyio.CapacityLimiter(1)

    async def show(self, request: Request) -> Response:
        """Return all metrics of this node; 404 where no token is set, 401 for another one."""
        if self._scrape is None or not self._token:
            return PlainTextResponse("Not Found", 404)
        given = bearer(request.headers.get("authorization")) or ""
        if not compare_digest(given.encode(), self._token):
            return PlainTextResponse("Unauthorized", 401, {"www-authenticate": 'Bearer realm="metrics"'})
        page = await anyio.to_thread.run_sync(self._scrape, limiter=self._one_at_a_time)
        return Response(page, media_type=CONTENT_TYPE_PLAIN_0_0_4)
