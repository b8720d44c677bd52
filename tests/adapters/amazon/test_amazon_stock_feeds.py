"""Stock on Amazon by feeds, where they are quicker, and never both ways for one SKU."""

from __future__ import annotations

import httpx2
import orjson
import pytest

from hub.adapters.amazon.stock_feed import LOOK_AGAIN
from hub.adapters.amazon.stock_plan import FEED_LATENCY, LOW_COVER, by_feed
from hub.adapters.port import Accepted, Deferred, Pending, Refused, StockUpdate
from hub.outcome import Rejected, Unauthorized
from tests.adapters.amazon.amazon_by_hand import Amazon, listing
from tests.adapters.amazon.amazon_shelves import ISSUE, FeedDesk, process, updates
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import says

pytestmark = pytest.mark.usefixtures("pausing")


def test_a_feed_pays_only_beyond_what_patching_does_meanwhile_and_never_carries_low_cover() -> None:
    period, room = 0.2, 5
    turning = int(FEED_LATENCY / period) + room
    assert by_feed(updates([500] * turning), period, room) == []
    assert by_feed(updates([500] * (turning + 1)), period, room) == list(range(turning + 1))
    mixed = updates([0, LOW_COVER, LOW_COVER + 1] * 700)
    assert {mixed[place].quantity for place in by_feed(mixed, period, room)} == {LOW_COVER + 1}
    assert by_feed(updates([0] * 2000 + [500]), period, room) == [], "a feed for one is no gain"
    assert len(by_feed(updates([500] * 30_000), period, room)) == 25_000


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
