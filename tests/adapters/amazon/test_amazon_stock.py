"""Stock on Amazon: patches seen through, feeds where they are quicker, and never both for one SKU."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Any

import anyio
import httpx2
import orjson
import pytest

from hub.adapters.amazon.calls import STEADY
from hub.adapters.amazon.patches import Patch
from hub.adapters.amazon.stock import FIRST_LOOK
from hub.adapters.amazon.stock_feed import LOOK_AGAIN
from hub.adapters.amazon.stock_plan import FEED_LATENCY, LOW_COVER, by_feed
from hub.adapters.port import Accepted, Deferred, Pending, Refused, StockUpdate, WriteResult
from hub.outcome import Rejected, Unauthorized, Unavailable
from tests.adapters.amazon.amazon_by_hand import DE, DENIED, NL, Amazon, listing
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import says

QUICK = {"x-amzn-RateLimit-Limit": "1000"}
ISSUE = {"code": "90220", "message": "not right", "severity": "ERROR", "categories": ["INVALID_ATTRIBUTE"]}


@pytest.fixture(autouse=True)
def pausing(clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pauses of the adapter pass by hand."""

    async def sleep(seconds: float) -> None:
        clock.forward(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)


def accepted(request: httpx2.Request) -> httpx2.Response:
    return says({"sku": "x", "status": "ACCEPTED", "submissionId": "s", "issues": []}, headers=QUICK)


class Shelf:
    """Takes patches in and shows quantities as told; feeds go through ``state``."""

    def __init__(self) -> None:
        self.shown: dict[str, int | None] = {}
        self.issues: list[dict[str, Any]] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "PATCH":
            return accepted(request)
        wanted = request.url.params.get("identifiers", "").split(",")
        alone = request.url.path.rpartition("/")[2]
        names = [each for each in wanted if each] or [alone]
        items = [self.item(each) for each in names if each in self.shown]
        if request.url.params.get("identifiers"):
            return says({"numberOfResults": len(items), "items": items}, headers=QUICK)
        return says(items[0]) if items else says({"errors": []}, 404)

    def item(self, sku: str) -> dict[str, Any]:
        shown = self.shown[sku]
        stock = [] if shown is None else [{"fulfillmentChannelCode": "DEFAULT", "quantity": shown}]
        return {"sku": sku, "fulfillmentAvailability": stock, "issues": self.issues}


def process(result: object) -> str:
    assert isinstance(result, Pending)
    return result.process_id


async def test_one_merge_patch_per_sku_at_one_marketplace_where_it_exists(clock: HandClock) -> None:
    amazon = Amazon(accepted)
    async with amazon.open(clock) as channel:
        updates = [StockUpdate(listing("A/1 é", 3), 7), StockUpdate(listing("B", marketplace=NL), 0)]
        results = await channel.publish_stock(updates)
    assert [type(each) for each in results] == [Pending, Pending]
    asked = {bytes(each.url.raw_path): each for each in amazon.asked}
    assert set(asked) == {
        b"/listings/2021-08-01/items/A1SELLER/A%2F1%20%C3%A9?marketplaceIds=" + DE.encode(),
        b"/listings/2021-08-01/items/A1SELLER/B?marketplaceIds=" + NL.encode(),
    }
    assert amazon.bodies()[0] == {
        "productType": "PRODUCT",
        "patches": [
            {
                "op": "merge",
                "path": "/attributes/fulfillment_availability",
                "value": [{"fulfillment_channel_code": "DEFAULT", "quantity": 7}],
            }
        ],
    }


async def test_a_patch_called_invalid_is_refused_with_amazons_words_and_touches_no_other(clock: HandClock) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path.endswith("BAD"):
            return says({"sku": "BAD", "status": "INVALID", "submissionId": "s", "issues": [ISSUE]})
        if request.url.path.endswith("ODD"):
            return says({"errors": [{"code": "InvalidInput", "message": "odd SKU"}]}, 400)
        return accepted(request)

    async with Amazon(answer).open(clock) as channel:
        skus = ("BAD", "ODD", "OK")
        results = await channel.publish_stock([StockUpdate(listing(each), 1) for each in skus])
    assert results[0] == Refused("90220", "not right")
    assert isinstance(results[1], Refused)
    assert (results[1].code, "odd SKU" in results[1].reason) == ("InvalidInput", True)
    assert isinstance(results[2], Pending)


async def test_what_amazon_stocks_itself_is_never_patched(clock: HandClock) -> None:
    amazon = Amazon(accepted)
    async with amazon.open(clock) as channel:
        results = await channel.publish_stock([StockUpdate(listing("F", by_amazon=True), 5)])
    assert [getattr(each, "code", None) for each in results] == ["stocked_by_platform"]
    assert amazon.asked == []


async def test_a_patch_is_pending_until_its_number_shows_and_looked_for_twenty_a_call(clock: HandClock) -> None:
    shelf = Shelf()
    amazon = Amazon(shelf)
    async with amazon.open(clock) as channel:
        updates = [StockUpdate(listing(f"S{number}", 1), 9) for number in range(45)]
        ids = [process(each) for each in await channel.publish_stock(updates)]
        amazon.asked.clear()
        early = await channel.follow(ids)
        assert {type(each) for each in early.values()} == {Pending}
        assert amazon.asked == [], "it is too early to look"
        clock.forward(FIRST_LOOK)
        shelf.shown = {f"S{number}": 9 if number < 40 else 1 for number in range(45)}
        found = await channel.follow(ids)
        assert [type(found[each]) for each in ids] == [Accepted] * 40 + [Pending] * 5
        assert len(amazon.asked) == 3
        await channel.follow(ids[40:])
        assert len(amazon.asked) == 3, "the next look has its own time"
        clock.forward(FIRST_LOOK + 0.1)
        shelf.shown = {f"S{number}": 9 for number in range(45)}
        assert set((await channel.follow(ids[40:])).values()) == {Accepted()}
        assert len(amazon.asked) == 4


@pytest.mark.parametrize(
    ("before", "quantity", "shown", "done"),
    [
        (10, 3, 3, True),
        (10, 3, 2, True),
        (10, 3, 10, False),
        (10, 3, 9, False),
        (3, 10, 10, True),
        (3, 10, 8, True),
        (3, 10, 3, False),
        (3, 10, 2, False),
        (None, 10, 10, True),
        (None, 10, 8, False),
        (10, 0, 0, True),
    ],
)
async def test_a_number_that_was_sold_from_meanwhile_still_shows_the_patch(
    clock: HandClock, before: int | None, quantity: int, shown: int, done: bool
) -> None:
    shelf = Shelf()
    shelf.shown = {"S": shown}
    async with Amazon(shelf).open(clock) as channel:
        [written] = await channel.publish_stock([StockUpdate(listing("S", before), quantity)])
        clock.forward(FIRST_LOOK)
        found = await channel.follow([process(written)])
    assert isinstance(found[process(written)], Accepted) is done


async def test_a_patch_refused_afterwards_is_told_and_other_issues_are_not_its_own(clock: HandClock) -> None:
    shelf = Shelf()
    shelf.shown, shelf.issues = {"S": 1}, [ISSUE]
    async with Amazon(shelf).open(clock) as channel:
        one = process((await channel.publish_stock([StockUpdate(listing("S", 1), 9)]))[0])
        clock.forward(FIRST_LOOK)
        assert isinstance((await channel.follow([one]))[one], Pending)
        clock.forward(FIRST_LOOK + 2)
        shelf.issues = [ISSUE | {"attributeNames": ["fulfillment_availability"]}]
        assert (await channel.follow([one]))[one] == Refused("90220", "not right")


async def test_a_patch_that_never_shows_is_published_again_in_the_end(clock: HandClock) -> None:
    shelf = Shelf()
    shelf.shown = {"S": 1}
    amazon = Amazon(shelf)
    async with amazon.open(clock) as channel:
        one = process((await channel.publish_stock([StockUpdate(listing("S", 1), 9)]))[0])
        result: WriteResult = Pending(one)
        while isinstance(result, Pending):
            clock.forward(result.look_again or 3)
            result = (await channel.follow([one]))[one]
    assert isinstance(result, Deferred)
    assert len(amazon.asked) < 30


@pytest.mark.parametrize(("before", "shown"), [(None, 8), (20, 11), (9, 9)])
async def test_newer_numbers_need_not_wait_long_for_a_patch_that_does_not_show(
    clock: HandClock, before: int | None, shown: int
) -> None:
    """A sale or a cancellation may have moved its number for good: then it never shows, though it took effect."""
    shelf = Shelf()
    shelf.shown = {"S": shown}
    began = clock.now()
    async with Amazon(shelf).open(clock) as channel:
        one = process((await channel.publish_stock([StockUpdate(listing("S", before), 10)]))[0])
        result = Pending(one)
        while not result.overtake:
            clock.forward(result.look_again or 3)
            found = (await channel.follow([one]))[one]
            assert isinstance(found, Pending)
            result = found
    assert 10 < (clock.now() - began).total_seconds() < 20


async def test_a_sku_with_a_comma_is_read_alone(clock: HandClock) -> None:
    shelf = Shelf()
    shelf.shown = {"A,1": 4, "B": 4}
    amazon = Amazon(shelf)
    async with amazon.open(clock) as channel:
        ids = [process(each) for each in await channel.publish_stock(
            [StockUpdate(listing(sku, 9), 4) for sku in ("A,1", "B")])]  # fmt: skip
        clock.forward(FIRST_LOOK)
        assert set((await channel.follow(ids)).values()) == {Accepted()}


async def test_processes_that_nobody_knows_are_left_out(clock: HandClock) -> None:
    async with Amazon(lambda _: says({"errors": []}, 404)).open(clock) as channel:
        strange = ["x", "patch:", "patch:1:2:3:4", "patch:a:1:1:DE:S", "feed:", "feed:1:x", "feed:77:1", "lost:x:1"]
        assert await channel.follow(strange) == {}


def test_a_process_id_says_all_of_a_patch_and_fits_its_column(clock: HandClock) -> None:
    patch = Patch("x:" + "S" * 38, DE, 999, None, clock.now())
    assert Patch.read(patch.process_id) == patch
    assert len(patch.process_id) <= 128


async def test_a_forbidden_patch_is_told_once_for_all(clock: HandClock) -> None:
    amazon = Amazon(lambda _: says(DENIED, 403))
    async with amazon.open(clock) as channel:
        with pytest.raises(Rejected) as outcome:
            await channel.publish_stock([StockUpdate(listing(f"S{number}"), 1) for number in range(200)])
    assert outcome.value.code == "missing_role"
    assert len(amazon.asked) < 20


async def test_what_finds_no_room_comes_back_and_the_urgent_went_first(clock: HandClock) -> None:
    amazon = Amazon(lambda _: says({"sku": "x", "status": "ACCEPTED", "submissionId": "s", "issues": []}))
    async with amazon.open(clock) as channel:
        results = await channel.publish_stock([StockUpdate(listing(f"S{number}"), number) for number in range(100)])
    sent = sum(isinstance(each, Pending) for each in results)
    assert 50 <= sent <= 56
    assert [type(each) for each in results] == [Pending] * sent + [Deferred] * (100 - sent)
    waits = [each.retry_after for each in results if isinstance(each, Deferred)]
    assert waits == sorted(waits)
    assert waits[-1] - waits[0] == pytest.approx(0.2 / STEADY * (len(waits) - 1))


def updates(quantities: Sequence[int]) -> list[StockUpdate]:
    return [StockUpdate(listing(f"S{number}"), quantity) for number, quantity in enumerate(quantities)]


def test_a_feed_pays_only_beyond_what_patching_does_meanwhile_and_never_carries_low_cover() -> None:
    period, room = 0.2, 5
    turning = int(FEED_LATENCY / period) + room
    assert by_feed(updates([500] * turning), period, room) == []
    assert by_feed(updates([500] * (turning + 1)), period, room) == list(range(turning + 1))
    mixed = updates([0, LOW_COVER, LOW_COVER + 1] * 700)
    assert {mixed[place].quantity for place in by_feed(mixed, period, room)} == {LOW_COVER + 1}
    assert by_feed(updates([0] * 2000 + [500]), period, room) == [], "a feed for one is no gain"
    assert len(by_feed(updates([500] * 30_000), period, room)) == 25_000


class FeedDesk(Shelf):
    """Takes feeds in too; ``status`` and ``report`` say what becomes of them, ``lose`` what of the answers."""

    def __init__(self) -> None:
        super().__init__()
        self.status = "IN_PROGRESS"
        self.report: dict[str, Any] = {"issues": []}
        self.uploaded: list[httpx2.Request] = []
        self.feeds: list[str] = []
        self.lose = ""
        self.created = "2026-11-23T09:00:00Z"

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if request.url.host == "documents.test":
            return self.document(request)
        if path.endswith("/documents"):
            return says({"feedDocumentId": "in", "url": "https://documents.test/in?sig=1"}, 201)
        if path.endswith("/feeds") and request.method == "POST":
            return self.create()
        if path.endswith("/feeds"):
            return says({"feeds": [self.feed(each) for each in self.feeds]})
        if "/feeds/" in path and "/documents/" not in path:
            return says(self.feed(path.rpartition("/")[2]))
        if "/documents/" in path:
            told = {"feedDocumentId": "out", "url": "https://documents.test/out", "compressionAlgorithm": "GZIP"}
            return says(told)
        return super().__call__(request)

    def create(self) -> httpx2.Response:
        if self.lose != "request":
            self.feeds.append(f"F{len(self.feeds) + 1}")
        if self.lose:
            raise httpx2.ReadError("gone")
        return says({"feedId": self.feeds[-1]}, 202)

    def feed(self, feed_id: str) -> dict[str, Any]:
        done = {"resultFeedDocumentId": "out"} if self.status == "DONE" else {}
        return {"feedId": feed_id, "feedType": "JSON_LISTINGS_FEED", "createdTime": self.created,
                "processingStatus": self.status} | done  # fmt: skip

    def document(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "PUT":
            self.uploaded.append(request)
            return httpx2.Response(200)
        return httpx2.Response(200, content=gzip.compress(orjson.dumps(self.report)))


@pytest.fixture
def desk() -> FeedDesk:
    return FeedDesk()


MANY = [0] * 5 + [500] * 1600
PATCH_S0 = "PATCH /listings/2021-08-01/items/A1SELLER/S0"


async def test_many_go_by_one_feed_zeros_by_patch_and_the_report_refuses_single_ones(
    clock: HandClock, desk: FeedDesk
) -> None:
    amazon = Amazon(desk)
    async with amazon.open(clock) as channel:
        results = await channel.publish_stock(updates(MANY))
        assert [process(each).partition(":")[0] for each in results] == ["patch"] * 5 + ["feed"] * 1600
        assert [process(each) for each in results[5:7]] == ["feed:F1:1", "feed:F1:2"]
        [upload] = desk.uploaded
        assert upload.headers["Content-Type"] == "application/json; charset=UTF-8"
        assert "x-amz-access-token" not in upload.headers
        sent = orjson.loads(upload.content)
        assert sent["header"] == {"sellerId": "A1SELLER", "version": "2.0", "issueLocale": "en_GB"}
        assert {each["operationType"] for each in sent["messages"]} == {"PATCH"}
        fed = [process(each) for each in results[5:]]
        for wait in (0.0, LOOK_AGAIN):
            clock.forward(wait)
            working = await channel.follow(fed)
            assert {type(each) for each in working.values()} == {Pending}
        clock.forward(LOOK_AGAIN)
        desk.status = "DONE"
        desk.report = {
            "issues": [ISSUE | {"messageId": 2, "sku": "S6"}, ISSUE | {"messageId": 3, "severity": "WARNING"}]
        }
        ended = await channel.follow(fed)
    assert ended[fed[1]] == Refused("90220", "not right")
    assert [ended[each] for each in fed[:1] + fed[2:]] == [Accepted()] * 1599
    assert sum("getFeed" in each or "/feeds/F1" in each for each in amazon.paths()) == 2, (
        "one look a feed, and none before its time"
    )


async def test_a_feed_that_is_said_to_be_done_is_looked_at_at_once(clock: HandClock, desk: FeedDesk) -> None:
    desk.status = "DONE"
    async with Amazon(desk).open(clock) as channel:
        one = process((await channel.publish_stock(updates(MANY)))[-1])
        assert isinstance((await channel.follow([one]))[one], Pending)
        channel._feed.ended("F1")
        assert (await channel.follow([one]))[one] == Accepted()


@pytest.mark.parametrize("status", ["FATAL", "CANCELLED"])
async def test_a_feed_that_came_to_nothing_is_published_again(clock: HandClock, desk: FeedDesk, status: str) -> None:
    desk.status = status
    async with Amazon(desk).open(clock) as channel:
        one = process((await channel.publish_stock(updates(MANY)))[-1])
        clock.forward(LOOK_AGAIN)
        assert isinstance((await channel.follow([one]))[one], Deferred)


async def test_a_feed_whose_answer_was_lost_is_seen_to_its_end_before_anything_newer_is_sent(
    clock: HandClock, desk: FeedDesk
) -> None:
    desk.lose = "answer"
    async with Amazon(desk).open(clock) as channel:
        one = process((await channel.publish_stock(updates(MANY)))[-1])
        assert one.startswith("lost:")
        clock.forward(200)
        assert isinstance((await channel.follow([one]))[one], Pending)
        desk.status = "DONE"
        assert isinstance((await channel.follow([one]))[one], Deferred)


async def test_an_earlier_feed_is_not_taken_for_one_whose_making_was_lost(clock: HandClock, desk: FeedDesk) -> None:
    async with Amazon(desk).open(clock) as channel:
        await channel.publish_stock(updates(MANY))
    desk.status, desk.lose = "DONE", "request"
    async with Amazon(desk).open(clock) as channel:
        one = process((await channel.publish_stock(updates(MANY)))[-1])
        assert one.startswith("lost:")
        for _ in range(2):
            assert (await channel.follow([one]))[one] != Accepted()
            clock.forward(200)


async def test_a_feed_that_was_never_made_is_published_again_after_a_while(clock: HandClock, desk: FeedDesk) -> None:
    desk.lose = "request"
    async with Amazon(desk).open(clock) as channel:
        one = process((await channel.publish_stock(updates(MANY)))[-1])
        assert isinstance((await channel.follow([one]))[one], Pending)
        clock.forward(200)
        assert isinstance((await channel.follow([one]))[one], Deferred)


async def test_where_a_lost_feed_may_be_either_of_two_it_is_published_again_once_both_ended(
    clock: HandClock, desk: FeedDesk
) -> None:
    desk.lose = "request"
    async with Amazon(desk).open(clock) as channel:
        desk.feeds = ["F8", "F9"]
        other = process((await channel.publish_stock(updates(MANY)))[-1])
        assert isinstance((await channel.follow([other]))[other], Pending)
        desk.status = "DONE"
        clock.forward(200)
        assert isinstance((await channel.follow([other]))[other], Deferred)


async def test_a_feed_that_outlived_its_process_is_waited_for_and_what_it_may_hold_written_once_more(
    clock: HandClock, desk: FeedDesk
) -> None:
    desk.created = clock.now().isoformat()
    amazon = Amazon(desk)
    async with amazon.open(clock) as channel:
        await channel.publish_stock(updates(MANY))
    before = amazon.paths().count(PATCH_S0)
    async with amazon.open(clock) as channel:
        doubtful = await channel.publish_stock([StockUpdate(listing(f"S{each}"), 3) for each in range(120)])
        [known] = await channel.publish_stock([StockUpdate(listing("K", 7), 3)])
        assert process(known).startswith("patch:")
        assert amazon.paths().count(PATCH_S0) == before + 1, "the number is written at once all the same"
        one = process(doubtful[0])
        clock.forward(300)
        assert isinstance((await channel.follow([one]))[one], Pending)
        desk.status = "DONE"
        assert isinstance((await channel.follow([one]))[one], Deferred)


async def test_a_feed_that_its_process_noted_is_nothing_to_wait_for_where_all_numbers_are_known(
    clock: HandClock, desk: FeedDesk
) -> None:
    amazon = Amazon(desk)
    async with amazon.open(clock) as channel:
        await channel.publish_stock(updates(MANY))
    async with amazon.open(clock) as channel:
        results = await channel.publish_stock([StockUpdate(listing(f"S{each}", 9), 3) for each in range(120)])
    assert {process(each).partition(":")[0] for each in results if isinstance(each, Pending)} == {"patch"}
    assert amazon.paths().count("GET /feeds/2021-06-30/feeds") == 1, "asked once, for the first numbers of all"


async def test_the_sixth_feed_in_five_minutes_is_patched_instead(clock: HandClock, desk: FeedDesk) -> None:
    async with Amazon(desk).open(clock) as channel:
        for _ in range(5):
            results = await channel.publish_stock(updates([500] * 1600))
            assert isinstance(results[0], Pending)
        results = await channel.publish_stock(updates([500] * 1600))
        assert {process(each).partition(":")[0] for each in results if isinstance(each, Pending)} == {"patch"}
    assert len(desk.feeds) == 5


@pytest.mark.parametrize(("why", "outcome"), [("token revoked", Unauthorized), ("", Rejected)])
async def test_a_feed_that_is_forbidden_takes_nothing_back_from_the_patches_before_it(
    clock: HandClock, desk: FeedDesk, why: str, outcome: type[Exception]
) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        told = {"errors": [{"code": "Unauthorized", "message": "Denied.", "details": why}]}
        return says(told, 403) if request.url.path.endswith("/feeds/2021-06-30/documents") else desk(request)

    async with Amazon(answer).open(clock) as channel:
        results = await channel.publish_stock(updates(MANY))
        assert [type(each) for each in results] == [Pending] * 5 + [Deferred] * 1600
    async with Amazon(answer).open(clock) as channel:
        with pytest.raises(outcome):
            await channel.publish_stock(updates([500] * 1600))


async def test_stock_without_an_answer_may_simply_be_sent_again(clock: HandClock) -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("gone")

    async with Amazon(fail).open(clock) as channel:
        with pytest.raises(Unavailable) as outcome:
            await channel.publish_stock(updates([1, 2]))
    assert not outcome.value.unknown
