"""Reports: ordered, found again by whoever goes on with what another ordered, and read once Amazon has made them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from hub.adapters.amazon.calls import AmazonCalls, answered
from hub.adapters.amazon.documents import Documents
from hub.adapters.amazon.usage_plans import CREATE_REPORT, GET_REPORT, GET_REPORT_DOCUMENT, GET_REPORTS
from hub.adapters.fields import Fields

MOST = 100
"""Reports that one call lists; Amazon takes fewer orders than that in an hour."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report as Amazon last told it; what it says is no older than ``as_of``. All times are UTC."""

    report_id: str
    marketplaces: tuple[str, ...]
    status: str
    created_at: datetime
    as_of: datetime
    ended_at: datetime | None = None
    document_id: str | None = None

    @classmethod
    def told(cls, answer: Fields, now: datetime) -> Report:
        """Read a report; ``now`` stands in for times that are not told."""
        created_at = answer.maybe_instant("createdTime") or now
        listed = answer.values.get("marketplaceIds")
        return cls(
            answer.text("reportId"),
            tuple(str(each) for each in listed) if isinstance(listed, list) else (),
            answer.text("processingStatus"),
            created_at,
            min(created_at, answer.maybe_instant("dataStartTime") or created_at),
            answer.maybe_instant("processingEndTime"),
            answer.maybe_text("reportDocumentId"),
        )


class Reports:
    """Orders reports and reads them."""

    def __init__(self, calls: AmazonCalls, documents: Documents) -> None:
        self._calls = calls
        self._documents = documents

    async def order(self, kind: str, marketplace: str) -> str:
        """Have a report made and return its id. NOT repeatable: a second call makes a second report."""
        body = {"reportType": kind, "marketplaceIds": [marketplace]}
        return answered(await self._calls.send(CREATE_REPORT, body=body), CREATE_REPORT).text("reportId")

    async def ordered_since(self, kind: str, since: datetime, now: datetime) -> list[Report]:
        """List the reports of a kind that were ordered since a moment (UTC), the newest first, however they stand."""
        created_since = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        asked = {"reportTypes": kind, "createdSince": created_since, "pageSize": str(MOST)}
        listed = (await self._calls.read(GET_REPORTS, asked)).children("reports")
        return sorted((Report.told(each, now) for each in listed), key=lambda each: each.created_at, reverse=True)

    async def look(self, report_id: str, now: datetime) -> Report:
        """Return how a report stands."""
        return Report.told(await self._calls.read(GET_REPORT.at(report=report_id)), now)

    async def content(self, document_id: str) -> tuple[bytes, str]:
        """Return what a report says, unpacked, and its character set as far as told."""
        document = await self._calls.read(GET_REPORT_DOCUMENT.at(document=document_id))
        return await self._documents.download(document)
