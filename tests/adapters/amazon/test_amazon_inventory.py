"""Reading all listings: by report, one per marketplace, each SKU once; by browsing where there is none."""

from __future__ import annotations

from typing import Any

import anyio
import httpx2
import orjson
import pytest

from hub.actors.runtime.policy import Policy
from hub.adapters.amazon.inventory import LONGEST_PAUSE, report_rows
from hub.adapters.port import ChannelListing
from hub.outcome import Throttled
from tests.adapters.amazon.amazon_by_hand import DE, NL, Amazon
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import says

COLUMNS = ("item-name", "seller-sku", "quantity", "product-id-type", "product-id", "fulfillment-channel", "status")


def report(*rows: tuple[str, ...]) -> bytes:
    return "\r\n".join("\t".join(row) for row in (COLUMNS, *rows)).encode()


LAMP = ('Lamp 5" "warm', " A-1 ", "7", "4", "8712345678906", "DEFAULT", "Active")
FBA = ("Chair", "F-1", "", "1", "B00X", "AMAZON_EU", "Active")


class Desk:
    """Makes reports by marketplace; ``status`` says how far they are."""

    def __init__(self) -> None:
        self.reports: dict[str, bytes] = {DE: report(LAMP, FBA), NL: report(LAMP)}
        self.status = "IN_QUEUE"
        self.made: list[str] = []
        self.items: list[dict[str, Any]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path.endswith("/reports"):
            [marketplace] = orjson.loads(request.content)["marketplaceIds"]
            self.made.append(marketplace)
            return says({"reportId": marketplace}, 202)
        name = path.rpartition("/")[2]
        if "/reports/2021-06-30/reports/" in path:
            told = {"reportId": name, "reportType": "x", "createdTime": "2026-11-23T09:00:00Z"}
            return says(told | {"processingStatus": self.status, "reportDocumentId": name})
        if "/reports/2021-06-30/documents/" in path:
            return says({"reportDocumentId": name, "url": f"https://documents.test/{name}"})
        if request.url.host == "documents.test":
            return httpx2.Response(200, content=self.reports[name])
        return self.browse(request)

    def browse(self, request: httpx2.Request) -> httpx2.Response:
        start = int(request.url.params.get("pageToken", "0"))
        page = {"numberOfResults": len(self.items), "items": self.items[start : start + 20]}
        more = start + 20 < len(self.items)
        return says(page | ({"pagination": {"nextToken": str(start + 20)}} if more else {}))


async def test_reports_are_asked_for_once_waited_for_and_read_together(clock: HandClock) -> None:
    desk = Desk()
    async with Amazon(desk).open(clock) as channel:
        for _ in range(3):
            with pytest.raises(Throttled) as outcome:
                await channel.listings(None)
            clock.forward(outcome.value.retry_after)
        desk.status = "DONE"
        page = await channel.listings(None)
        assert desk.made == [NL, DE]
        assert (page.more, page.cursor) == (False, None)
        assert page.rows == (
            ChannelListing(" A-1 ", " A-1 ", "8712345678906", 'Lamp 5" "warm', 7, {"marketplace": NL}),
            ChannelListing("F-1", "F-1", None, "Chair", None, {"marketplace": DE}, stocked_by_platform=True),
        )
        with pytest.raises(Throttled):
            await channel.listings(None)
        assert desk.made == [NL, DE, NL, DE], "the next reading is of fresh reports"


@pytest.mark.parametrize("how", ["FATAL", "CANCELLED", "empty", "late"])
async def test_without_a_report_listings_are_browsed(
    clock: HandClock, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More pages than may be read at once are waited for, not begun anew."""

    async def sleep(seconds: float) -> None:
        clock.forward(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    desk = Desk()
    desk.items = [
        {
            "sku": f"S{number:03}",
            "summaries": [{"marketplaceId": DE, "itemName": f"Item {number}"}],
            "fulfillmentAvailability": [
                {"fulfillmentChannelCode": "AMAZON_EU" if number == 3 else "DEFAULT", "quantity": 4}
            ],
        }
        for number in range(200)
    ]
    async with Amazon(desk, marketplaces=(DE,)).open(clock) as channel:
        with pytest.raises(Throttled):
            await channel.listings(None)
        desk.status = {"empty": "DONE", "late": "IN_PROGRESS"}.get(how, how)
        desk.reports[DE] = report()
        clock.forward(4000)
        rows = (await channel.listings(None)).rows
    assert [row.sku for row in rows] == [f"S{number:03}" for number in range(200)]
    assert [row.quantity for row in rows][:5] == [4, 4, 4, None, 4]
    assert [row.external_id for row in rows if row.stocked_by_platform] == ["S003"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "iso-8859-15"])
@pytest.mark.parametrize("told", [True, False])
def test_a_report_is_read_in_whatever_encoding_it_came(encoding: str, told: bool) -> None:
    content = report(("Stühle à 5", "Ä-1", "7", "4", "87", "DEFAULT", "Active")).decode().encode(encoding)
    [row] = report_rows(content, encoding if told else "", DE)
    assert (row.sku, row.title) == ("Ä-1", "Stühle à 5")


def test_a_report_with_other_columns_names_nothing() -> None:
    assert list(report_rows("Händler-SKU\tMenge\nA\t1".encode(), "", DE)) == []


def test_a_report_is_looked_at_again_before_the_adapter_that_knows_of_it_is_closed() -> None:
    assert Policy().linger > LONGEST_PAUSE
