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
from hub.sandbox.amazon.feed_doors import shown_document
from hub.sandbox.amazon.inventory_report import all_listings
from hub.sandbox.amazon.notices import REPORTS
from hub.sandbox.amazon.runs import marketplaces_of, moment, page_of

PATH = "/reports/2021-06-30"
ALL_LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"


@dataclass(slots=True)
class Report:
    """One report and how far it is; ``data_from`` and ``data_until`` are what was asked for, now where nothing was."""

    report_id: str
    report_type: str
    marketplace_ids: list[str]
    created_at: datetime
    data_from: datetime
    data_until: datetime
    status: str = "IN_QUEUE"
    started_at: datetime | None = None
    ended_at: datetime | None = None
    document: Document | None = None

    @property
    def kind(self) -> str:
        return self.report_type

    def shown(self) -> dict[str, Any]:
        """Return the report as the API writes it."""
        told = {
            "reportId": self.report_id,
            "reportType": self.report_type,
            "marketplaceIds": self.marketplace_ids,
            "dataStartTime": stamp(self.data_from),
            "dataEndTime": stamp(self.data_until),
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
        now = account.now()
        data = _data_time(body, "dataStartTime", now), _data_time(body, "dataEndTime", now)
        report = Report(str(next(self._numbers)), ALL_LISTINGS, marketplaces_of(body), now, *data)
        self._reports[report.report_id] = report
        account.in_about(account.switches.queue_seconds, lambda: self._begin(report))
        return answer({"reportId": report.report_id}, 202)

    def _begin(self, report: Report) -> None:
        report.status, report.started_at = "IN_PROGRESS", self._account.now()
        self._account.in_about(self._account.switches.work_seconds, lambda: self._finish(report))

    def _finish(self, report: Report) -> None:
        switches, report.ended_at = self._account.switches, self._account.now()
        if switches.fatal_reports > 0:
            switches.fatal_reports -= 1
            report.status = "FATAL"
        else:
            report.document = self._documents.store(all_listings(self._account), "text/plain;charset=UTF-8")
            report.status = "DONE"
        told = {"reportId": report.report_id, "reportType": report.report_type, "processingStatus": report.status}
        told |= {"reportDocumentId": report.document.document_id} if report.document else {}
        self._account.notices.tell_finished(REPORTS, told)

    async def list(self, request: Request) -> Response:
        runs = list(self._reports.values())
        return answer(page_of(request.query_params, runs, "reports", self._account.now()))

    async def get(self, request: Request) -> Response:
        report = self._reports.get(request.path_params["report_id"])
        if report is None:
            raise unknown("The report was not found.")
        return answer(report.shown())

    async def get_document(self, request: Request) -> Response:
        return answer(shown_document(request, self._documents, "reportDocumentId"))


def _data_time(body: dict[str, Any], name: str, now: datetime) -> datetime:
    """Read from when or up to when data is asked for; Trouble 400 for a time to come."""
    at = moment(str(body[name]), name) if body.get(name) is not None else now
    if at > now:
        raise invalid("Invalid input", f"{name} must not be in the future.")
    return at
