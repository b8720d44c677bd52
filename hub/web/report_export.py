"""What channels brought and what the one stop shop asks, as sheets, for everybody of the tenant."""

from __future__ import annotations

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from hub.domain.report import Asked, Span
from hub.domain.report_printed import oss_sheet, report_sheet
from hub.domain.tenant import Principal, Role
from hub.store.views.report import booked_sums, oss_figures
from hub.web.download import Download, attached, refusal

CSV = "text/csv; charset=utf-8"


class ReportExport(Download):
    """Answers ``GET /export/report?from=&until=&span=month|quarter|whole&channel=`` with CSV.

    Days at or after ``from`` and before ``until``, in the calendar of the books; ``channel`` is a slug.
    """

    role = Role.VIEWER

    async def answer(self, who: Principal, request: Request) -> Response:
        """Return the report of the principal's tenant."""
        given = request.query_params
        try:
            since, until = date.fromisoformat(given["from"]), date.fromisoformat(given["until"])
            asked = Asked(since, until, Span(given.get("span", Span.WHOLE)), given.get("channel"))
        except (KeyError, ValueError):
            return refusal(400, "Give from and until as ISO 8601 dates, span as month, quarter or whole.")
        if problem := asked.problem():
            return refusal(400, problem)
        async with self.doors.database.read() as reading:
            sums = await booked_sums(reading, who.tenant_id, asked)
        headers = attached(f"report-{since}-{until}.csv")
        return Response(report_sheet(sums, asked), media_type=CSV, headers=headers)


class OssExport(Download):
    """Answers ``GET /export/oss?quarter=2026-Q4`` with CSV."""

    role = Role.VIEWER

    async def answer(self, who: Principal, request: Request) -> Response:
        """Return the figures of the principal's tenant."""
        quarter = request.query_params.get("quarter", "")
        try:
            async with self.doors.database.read() as reading:
                found = await oss_figures(reading, who.tenant_id, quarter)
        except ValueError:
            return refusal(400, "Give the quarter, such as 2026-Q4.")
        return Response(oss_sheet(found), media_type=CSV, headers=attached(f"oss-{quarter}.csv"))
