"""Reports 2021-06-30, as far as a seller's full inventory goes: GET_MERCHANT_LISTINGS_ALL_DATA."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from hub.sandbox.amazon.account import Account
from hub.sandbox.amazon.answers import answer, invalid, stamp, unknown
from hub.sandbox.amazon.documents import Document, Documents
from hub.sandbox.amazon.door import Door, body_of
from hub.sandbox.amazon.feed_doors import marketplaces_of, page_number, shown_document, values_of
from hub.sandbox.amazon.inventory_report import all_listings
from hub.sandbox.amazon.notices import REPORTS

PATH = "/reports/2021-06-30"
ALL_LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"


@dataclass(slots=True)
class Report:
    """One report and how far it is."""

    report_id: str
    report_type: str
    marketplace_ids: list[str]
    created_at: datetime
    status: str = "IN_QUEUE"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    document: Document | None = None

    def shown(self) -> dict[str, Any]:
        """Return the report as the API writes it."""
        told = {
            "reportId": self.report_id,
            "reportType": self.report_type,
            "marketplaceIds": self.marketplace_ids,
            "createdTime": stamp(self.created_at),
            "processingStatus": self.status,
            "processingStartTime": stamp(self.started_at) if self.started_at else None,
            "processingEndTime": stamp(self.ended_at) if self.ended_at else None,
            "reportDocumentId": self.document.document_id if self.document else None,
        }
        return {name: value for name, value in told.items() if value is not None}


class ReportDoors:
    """Makes reports after a while; what they say is as old as their end."""

    def __init__(self, account: Account, documents: Documents) -> None:
        self._account, self._documents = account, documents
        self._numbers = count(90_001)
        self._reports: dict[str, Report] = {}

    def routes(self, door: Door) -> list[BaseRoute]:
        return [
            door.route(f"{PATH}/reports", "createReport", self.create, "POST"),
            door.route(f"{PATH}/reports", "getReports", self.list),
            door.route(PATH + "/reports/{report_id}", "getReport", self.get),
            door.route(PATH + "/documents/{document_id}", "getReportDocument", self.get_document),
        ]

    async def create(self, request: Request) -> Response:
        """Take a report in with 202; the same call again makes a second report."""
        body = await body_of(request)
        if body.get("reportType") != ALL_LISTINGS:
            raise invalid("Invalid input", f"The report type '{body.get('reportType')}' is not known.")
        account = self._account
        report = Report(str(next(self._numbers)), ALL_LISTINGS, marketplaces_of(body), account.now())
        self._reports[report.report_id] = report
        account.in_about(account.switches.queue_seconds, lambda: self._begin(report))
        return answer({"reportId": report.report_id}, 202)

    def _begin(self, report: Report) -> None:
        report.status, report.started_at = "IN_PROGRESS", self._account.now()
        self._account.in_about(self._account.switches.work_seconds, lambda: self._finish(report))

    def _finish(self, report: Report) -> None:
        report.document = self._documents.store(all_listings(self._account), "text/plain;charset=UTF-8")
        report.status, report.ended_at = "DONE", self._account.now()
        told = {"reportId": report.report_id, "reportType": report.report_type, "processingStatus": "DONE"}
        self._account.notices.tell_finished(REPORTS, told | {"reportDocumentId": report.document.document_id})

    async def list(self, request: Request) -> Response:
        query = dict(request.query_params)
        types, statuses = values_of(query, "reportTypes"), values_of(query, "processingStatuses")
        if not types:
            raise invalid("Invalid input", "reportTypes is required.")
        found = [each for each in reversed(self._reports.values()) if each.report_type in types]
        shown = [each.shown() for each in found if not statuses or each.status in statuses]
        return answer({"reports": shown[: page_number(query, "pageSize", 10, 1, 100)]})

    async def get(self, request: Request) -> Response:
        report = self._reports.get(request.path_params["report_id"])
        if report is None:
            raise unknown("The report was not found.")
        return answer(report.shown())

    async def get_document(self, request: Request) -> Response:
        return answer(shown_document(request, self._documents, "reportDocumentId"))
