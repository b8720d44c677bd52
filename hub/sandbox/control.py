"""The hand of the test: what people, buyers and bad luck do to the simulated platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

if TYPE_CHECKING:
    from hub.sandbox.app import Sandbox


def control_routes(sandbox: Sandbox) -> list[BaseRoute]:
    """Return the routes of the control side."""

    async def reset(request: Request) -> Response:
        await sandbox.reset()
        return JSONResponse({"ok": True})

    return [Route("/reset", reset, methods=["POST"])]
