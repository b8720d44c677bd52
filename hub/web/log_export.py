"""The activity log of the caller's tenant as a file, for admins."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from hub.domain.tenant import Principal, Role
from hub.store.audit.export import ExportFormat, export, moment
from hub.store.audit.reading import UnreadableRow
from hub.web.download import Download, attached, refusal

MEDIA = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.JSONL: "application/jsonl"}


class LogExport(Download):
    """Answers ``GET /export/log?format=csv|jsonl&since=&until=``, a page of rows at a time.

    Rows at or after ``since`` (ISO 8601, UTC) and before ``until``.
    """

    role = Role.ADMIN

    async def answer(self, who: Principal, request: Request) -> Response:
        """Return the log of the principal's tenant."""
        asked = request.query_params
        try:
            wanted = ExportFormat(asked.get("format", ExportFormat.JSONL))
            since, until = _moment(asked.get("since")), _moment(asked.get("until"))
        except (ValueError, OverflowError):
            return refusal(400, "Give format as csv or jsonl, since and until as ISO 8601 dates or instants.")
        pieces = export(self.doors.database, who.tenant_id, wanted, since, until)
        try:
            begun = _begun([await anext(pieces), await anext(pieces, "")], pieces)
        except UnreadableRow as problem:
            return refusal(409, str(problem))
        headers = attached(f"activity-log.{wanted.value}")
        return StreamingResponse(begun, media_type=MEDIA[wanted], headers=headers)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


async def _begun(read: Iterable[str], rest: AsyncGenerator[str, None]) -> AsyncIterator[str]:
    async with aclosing(rest):
        for piece in read:
            yield piece
        async for piece in rest:
            yield piece
