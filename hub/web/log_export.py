"""The activity log of the caller's tenant as a file, for admins."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from hub.domain.tenant import Principal, Role
from hub.graphql.endpoint import bearer
from hub.store.audit.export import ExportFormat, export, moment
from hub.store.engine import StoreUnavailable
from hub.web.doors import Doors

MEDIA = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.JSONL: "application/jsonl"}


class LogExport:
    """Answers ``GET /export/log?format=csv|jsonl&since=&until=``, a page of rows at a time."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def send(self, request: Request) -> Response:
        """Return the log of the bearer's tenant: rows at or after ``since`` (ISO 8601, UTC) and before ``until``."""
        try:
            who = await self._principal(request)
            if who is None:
                wanted = {"www-authenticate": 'Bearer realm="handelhub"'}
                return _refusal(401, "A valid bearer token is needed.", wanted)
            if not who.role.includes(Role.ADMIN):
                return _refusal(403, f"This needs the role {Role.ADMIN.value}.")
            return await self._answer(who, request)
        except StoreUnavailable:
            return _refusal(503, "The database cannot be reached right now; try again.", {"retry-after": "5"})

    async def _principal(self, request: Request) -> Principal | None:
        token = bearer(request.headers.get("authorization"))
        return None if token is None else await self._doors.authenticate(token)

    async def _answer(self, who: Principal, request: Request) -> Response:
        asked = request.query_params
        try:
            wanted = ExportFormat(asked.get("format", ExportFormat.JSONL))
            since, until = _moment(asked.get("since")), _moment(asked.get("until"))
        except (ValueError, OverflowError):
            return _refusal(400, "Give format as csv or jsonl, since and until as ISO 8601 dates or instants.")
        pieces = export(self._doors.database, who.tenant_id, wanted, since, until)
        begun = _begun(await anext(pieces), pieces)
        name = f'attachment; filename="activity-log.{wanted.value}"'
        headers = {"content-disposition": name, "cache-control": "no-store"}
        return StreamingResponse(begun, media_type=MEDIA[wanted], headers=headers)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


async def _begun(first: str, rest: AsyncGenerator[str, None]) -> AsyncIterator[str]:
    async with aclosing(rest):
        yield first
        async for piece in rest:
            yield piece


def _refusal(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": message}, status, headers)
