"""Reading all listings: by report, one per marketplace, each SKU once; by browsing where there is none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import anyio
import httpx2
import orjson
import pytest

from hub.actors.runtime.policy import Policy
from hub.adapters.amazon.client import AmazonChannel
from hub.adapters.amazon.inventory import LONGEST_PAUSE
from hub.adapters.amazon.inventory_rows import report_rows
from hub.adapters.port import ChannelListing, Page
from hub.outcome import Throttled, Unavailable
from tests.adapters.amazon.amazon_by_hand import DE, NL, Amazon
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import says

COLUMNS = ("item-name", "seller-sku", "quantity", "product-id-type", "product-id", "fulfillment-channel", "status")


def report(*rows: tuple[str, ...]) -> bytes:
    return "\r\n".join("\t".join(row) for row in (COLUMNS, *rows)).encode()


LAMP = ('Lamp 5" "warm', " A-1 ", "7", "4", "8712345678906", "DEFAULT", "Active")
FBA = ("Chair", "F-1", "", "1", "B00X", "AMAZON_EU", "Active")


class Desk:
    """Makes reports; ``status`` says how far the next and the unfinished ones are."""

    def __init__(self, clock: HandClock) -> None:
        self.clock = clock
        self.content: dict[str, bytes] = {DE: report(LAMP, FBA), NL: report(LAMP)}
        self.status = "IN_QUEUE"
        self.reports: dict[str, dict[str, Any]] = {}
        self.lost = 0
        self.items: list[dict[str, Any]] = []

    @property
    def made(self) -> list[str]:
        return [each["marketplaceIds"][0] for each in self.reports.values()]

    def end(self, status: str) -> None:
        """Let all that was not done be so, and what is ordered from now on."""
        self.status = status
        for each in self.reports.values():
            if each["processingStatus"] == "IN_QUEUE":
                each |= {"processingStatus": status, "processingEndTime": self._now()}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        name = path.rpartition("/")[2]
        if path.endswith("/reports"):
            return self._list(request) if request.method == "GET" else self._order(orjson.loads(request.content))
        if "/reports/2021-06-30/reports/" in path:
            return says(self.reports[name])
        if "/reports/2021-06-30/documents/" in path:
            return says({"reportDocumentId": name, "url": f"https://documents.test/{name}"})
        if request.url.host == "documents.test":
            return httpx2.Response(200, content=self.content[self.reports[name]["marketplaceIds"][0]])
        return self.browse(request)

    def _now(self) -> str:
        return self.clock.now().isoformat()

    def _order(self, body: dict[str, Any]) -> httpx2.Response:
        number = str(len(self.reports) + 1)
        told = {"reportId": number, "reportDocumentId": number, "processingStatus": self.status}
        self.reports[number] = body | told | {"createdTime": self._now()}
        if self.lost:
            self.lost -= 1
            raise httpx2.ReadError("lost")
        return says({"reportId": number}, 202)

    def _list(self, request: httpx2.Request) -> httpx2.Response:
        since = datetime.fromisoformat(request.url.params["createdSince"])
        found = [each for each in self.reports.values() if datetime.fromisoformat(each["createdTime"]) >= since]
        return says({"reports": found})

    def browse(self, request: httpx2.Request) -> httpx2.Response:
        start = int(request.url.params.get("pageToken", "0"))
        page = {"numberOfResults": len(self.items), "items": self.items[start : start + 20]}
        more = start + 20 < len(self.items)
        return says(page | ({"pagination": {"nextToken": str(start + 20)}} if more else {}))


async def read(channel: AmazonChannel, clock: HandClock, since: datetime | None, tries: int = 20) -> Page[Any]:
    """Ask until the listings are there, as the patrol does."""
    for _ in range(tries):
        try:
            return await channel.listings(None, since)
        except Throttled as throttled:
            clock.forward(throttled.retry_after)
        except Unavailable:
            clock.forward(1)
    raise AssertionError("Amazon's listings were never there")


async def test_reports_are_asked_for_once_waited_for_and_read_together(clock: HandClock) -> None:
    desk = Desk(clock)
    async with Amazon(desk).open(clock) as channel:
        for _ in range(3):
            with pytest.raises(Throttled) as outcome:
                await channel.listings(None)
            clock.forward(outcome.value.retry_after)
        desk.end("DONE")
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


@pytest.mark.parametrize("done", [True, False])
async def test_the_next_adapter_goes_on_with_reports_that_were_ordered_since_the_round_began(
    clock: HandClock, done: bool
) -> None:
    desk, began = Desk(clock), clock.now()
    clock.forward(5)
    async with Amazon(desk).open(clock) as channel:
        with pytest.raises(Throttled):
            await channel.listings(None, began)
    ordered_at = clock.now()
    clock.forward(600)
    if done:
        desk.end("DONE")
    async with Amazon(desk).open(clock) as channel:
        if not done:
            with pytest.raises(Throttled):
                await channel.listings(None, began)
            desk.end("DONE")
        page = await channel.listings(None, began)
        assert desk.made == [NL, DE]
        assert page.as_of == ordered_at, "numbers are told to be as old as the order of the report"
        clock.forward(1)
        with pytest.raises(Throttled):
            await channel.listings(None, clock.now())
        assert desk.made == [NL, DE, NL, DE], "what was read once is not read again in the next round"


@pytest.mark.parametrize("age", [61.0, 3601.0])
async def test_reports_that_are_too_old_for_the_round_or_to_be_compared_are_made_anew(
    clock: HandClock, age: float
) -> None:
    desk = Desk(clock)
    desk.status = "DONE"
    async with Amazon(desk).open(clock) as channel:
        with pytest.raises(Throttled):
            await channel.listings(None)
    began = clock.now() + timedelta(seconds=61 if age < 3600 else -5)
    clock.forward(age)
    async with Amazon(desk).open(clock) as channel:
        with pytest.raises(Throttled):
            await channel.listings(None, began)
    assert desk.made == [NL, DE, NL, DE]


async def test_an_order_without_an_answer_is_looked_up_before_another(clock: HandClock) -> None:
    desk = Desk(clock)
    desk.lost, desk.status = 1, "DONE"
    async with Amazon(desk).open(clock) as channel:
        await read(channel, clock, clock.now())
    assert desk.made == [NL, DE]


async def test_a_report_that_fails_is_ordered_again_after_a_pause_whoever_saw_it_fail(clock: HandClock) -> None:
    desk, began = Desk(clock), clock.now()
    desk.status = "FATAL"
    amazon = Amazon(desk, marketplaces=(NL,))
    for orders, pause in ((1, 60.0), (2, 120.0)):
        for _ in range(2):
            async with amazon.open(clock) as channel:
                with pytest.raises(Throttled):
                    await channel.listings(None, began)
                with pytest.raises(Throttled) as outcome:
                    await channel.listings(None, began)
                assert 0 < outcome.value.retry_after <= pause
        assert len(desk.made) == orders
        clock.forward(pause)
    desk.status = "DONE"
    async with amazon.open(clock) as channel:
        page = await read(channel, clock, began)
    assert (len(desk.made), [row.sku for row in page.rows]) == (3, [" A-1 "])


async def test_the_list_of_reports_is_asked_for_within_its_own_limit(clock: HandClock) -> None:
    desk, began = Desk(clock), clock.now()
    amazon = Amazon(desk, marketplaces=(NL,))
    async with amazon.open(clock) as channel:
        for number in range(30):
            with pytest.raises(Throttled) as outcome:
                await channel.listings(None, began + timedelta(seconds=number))
    assert amazon.paths().count("GET /reports/2021-06-30/reports") == 10
    assert outcome.value.retry_after > 40


@pytest.mark.parametrize("how", ["FATAL", "CANCELLED", "empty", "late"])
async def test_without_a_report_listings_are_browsed(
    clock: HandClock, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More pages than may be read at once are waited for, not begun anew."""

    async def sleep(seconds: float) -> None:
        clock.forward(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    desk = Desk(clock)
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
        desk.status = {"empty": "DONE", "late": "IN_PROGRESS"}.get(how, how)
        desk.content[DE] = report()
        with pytest.raises(Throttled):
            await channel.listings(None)
        clock.forward(4000)
        rows = (await read(channel, clock, None)).rows
    assert len(desk.made) == (3 if how == desk.status else 1)
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
