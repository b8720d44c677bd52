"""A file of the caller's tenant behind a bearer token and a role."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hub.domain.tenant import Principal, Role
from hub.graphql.endpoint import bearer
from hub.store.engine import StoreUnavailable
from hub.web.doors import Doors


class Download(ABC):
    """Answers GET requests of principals whose role includes ``role``; the tenant is the token's, never an argument."""

    role: ClassVar[Role]

    def __init__(self, doors: Doors) -> None:
        self.doors = doors

    async def send(self, request: Request) -> Response:
        """Return the file, or why there is none."""
        try:
            who = await self._principal(request)
            if who is None:
                wanted = {"www-authenticate": 'Bearer realm="handelhub"'}
                return refusal(401, "A valid bearer token is needed.", wanted)
            if not who.role.includes(self.role):
                return refusal(403, f"This needs the role {self.role.value}.")
            return await self.answer(who, request)
        except StoreUnavailable:
            return refusal(503, "The database cannot be reached right now; try again.", {"retry-after": "5"})

    @abstractmethod
    async def answer(self, who: Principal, request: Request) -> Response:
        """Return the file for this principal."""

    async def _principal(self, request: Request) -> Principal | None:
        token = bearer(request.headers.get("authorization"))
        return None if token is None else await self.doors.authenticate(token)


def refusal(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """Return why there is no file."""
    return JSONResponse({"error": message}, status, headers)


def attached(name: str) -> dict[str, str]:
    """Return the headers of a file to be kept under this name."""
    return {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
