"""The contracts that others implement, for everybody to read: they hold no secret."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from hub.web.doors import Doors


class Contracts:
    """Answers ``GET /contracts/{platform}.json``."""

    def __init__(self, doors: Doors) -> None:
        self._documents = doors.contracts

    async def show(self, request: Request) -> Response:
        """Return the OpenAPI document of a platform whose contract is the hub's own."""
        found = self._documents.get(request.path_params["platform"])
        if found is None:
            return Response(status_code=404)
        headers = {"Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*"}
        return Response(found, media_type="application/json", headers=headers)
