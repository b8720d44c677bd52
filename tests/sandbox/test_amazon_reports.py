"""Amazon's reports: ordered, listed, forgotten, and the full inventory."""

from __future__ import annotations

import csv

import pytest

from tests.sandbox.amazon_bench import BE, DE, NL, AmazonBench, amazon_bench
from tests.sandbox.amazon_feeding import FBA, REPORTS, A, B, download

ALL_LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"


async def order_report(amazon: AmazonBench, marketplace: str, **more: str) -> str:
    """Order a report and return its id."""
    asked = {"reportType": ALL_LISTINGS, "marketplaceIds": [marketplace], **more}
    return str((await amazon.send("POST", f"{REPORTS}/reports", asked, 202))["reportId"])


async def worked_on(amazon: AmazonBench) -> None:
    """Let what was ordered be done."""
    for _ in range(2):
        amazon.pass_time(31)
        await reports(amazon)


async def reports(amazon: AmazonBench, **asked: str) -> list[str]:
    """Return the ids of the reports that are listed."""
    told = await amazon.get(f"{REPORTS}/reports", reportTypes=ALL_LISTINGS, **asked)
    return [each["reportId"] for each in told["reports"]]


async def test_reports_are_listed_by_marketplace_status_and_time() -> None:
    async with amazon_bench() as amazon:
        first = await order_report(amazon, NL)
        await worked_on(amazon)
        between = amazon.platform.world.clock.now().isoformat()
        amazon.pass_time(1)
        second = await order_report(amazon, DE)
        assert await reports(amazon) == [second, first]
        assert await reports(amazon, marketplaceIds=f"{NL},{BE}") == [first]
        assert await reports(amazon, processingStatuses="IN_QUEUE,IN_PROGRESS") == [second]
        assert await reports(amazon, processingStatuses="DONE") == [first]
        assert await reports(amazon, createdSince=between) == [second]
        assert await reports(amazon, createdUntil=between) == [first]
        page = await amazon.get(f"{REPORTS}/reports", reportTypes=ALL_LISTINGS, pageSize="1")
        rest = await amazon.get(f"{REPORTS}/reports", nextToken=page["nextToken"])
        assert [each["reportId"] for each in page["reports"] + rest["reports"]] == [second, first]
        assert "nextToken" not in rest


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"reportTypes": ""},
        {"reportTypes": ALL_LISTINGS, "pageSize": "101"},
        {"reportTypes": ALL_LISTINGS, "processingStatuses": "LATE"},
        {"reportTypes": ALL_LISTINGS, "createdSince": "yesterday"},
        {"reportTypes": ALL_LISTINGS, "marketplaceIds": ",".join(f"A{number}" for number in range(11))},
        {"reportTypes": ALL_LISTINGS, "nextToken": "x"},
    ],
)
async def test_what_no_list_of_reports_can_be_asked_for_is_refused(asked: dict[str, str]) -> None:
    async with amazon_bench() as amazon:
        await amazon.refused("GET", f"{REPORTS}/reports", params=asked)


async def test_reports_are_forgotten_after_ninety_days() -> None:
    async with amazon_bench() as amazon:
        await order_report(amazon, NL)
        amazon.pass_time(91 * 86_400)
        await amazon.renew("seller")
        assert await reports(amazon, createdSince="2020-01-01T00:00:00Z") == []


async def test_a_report_tells_what_time_its_data_is_of_and_whether_it_failed() -> None:
    async with amazon_bench(fatal_reports=1) as amazon:
        made = await order_report(amazon, NL, dataStartTime="2026-01-01T00:00:00Z")
        await worked_on(amazon)
        told = await amazon.get(f"{REPORTS}/reports/{made}")
        assert (told["processingStatus"], "reportDocumentId" in told) == ("FATAL", False)
        assert (told["dataStartTime"], told["dataEndTime"]) == ("2026-01-01T00:00:00.000Z", told["createdTime"])
        asked = {"reportType": ALL_LISTINGS, "marketplaceIds": [NL], "dataStartTime": "2999-01-01T00:00:00Z"}
        await amazon.refused("POST", f"{REPORTS}/reports", asked)


async def test_the_full_inventory_comes_as_a_report() -> None:
    async with amazon_bench() as amazon:
        await amazon.sell((B, 2), paid=False)
        asked = {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA", "marketplaceIds": [NL]}
        report_id = (await amazon.send("POST", f"{REPORTS}/reports", asked, 202))["reportId"]
        assert (await amazon.get(f"{REPORTS}/reports/{report_id}"))["processingStatus"] == "IN_QUEUE"
        amazon.pass_time(31)
        assert (await amazon.get(f"{REPORTS}/reports/{report_id}"))["processingStatus"] == "IN_PROGRESS"
        amazon.pass_time(31)
        done = await amazon.get(f"{REPORTS}/reports/{report_id}")
        body = await download(amazon, f"{REPORTS}/documents/{done['reportDocumentId']}")
        rows = {row["seller-sku"]: row for row in csv.DictReader(body.decode().splitlines(), delimiter="\t")}
        assert set(rows) == set(amazon.platform.account.listings.by_sku)
        assert rows[A]["quantity"] == str(amazon.platform.shown(A))
        assert (rows[B]["pending-quantity"], rows[A]["fulfillment-channel"]) == ("2", "DEFAULT")
        assert (rows[FBA]["quantity"], rows[FBA]["fulfillment-channel"]) == ("", "AMAZON_EU")
        listed = await amazon.get(f"{REPORTS}/reports", reportTypes="GET_MERCHANT_LISTINGS_ALL_DATA")
        assert [each["reportId"] for each in listed["reports"]] == [report_id]
        await amazon.refused("POST", f"{REPORTS}/reports", asked | {"reportType": "GET_OTHER"})
