"""Stock on Amazon by patches: sent one by one, and seen through to the number that shows."""

from __future__ import annotations

import httpx2
import pytest

from hub.adapters.amazon.calls import STEADY
from hub.adapters.amazon.patches import Patch
from hub.adapters.amazon.stock import FIRST_LOOK
from hub.adapters.port import Accepted, Deferred, Pending, Refused, StockUpdate, WriteResult
from hub.outcome import Rejected, Unavailable
from tests.adapters.amazon.amazon_by_hand import DE, DENIED, NL, Amazon, listing
from tests.adapters.amazon.amazon_shelves import ISSUE, Shelf, accepted, process, updates
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import says

pytestmark = pytest.mark.usefixtures("pausing")


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


async def test_stock_without_an_answer_may_simply_be_sent_again(clock: HandClock) -> None:
    def fail(_: httpx2.Request) -> httpx2.Response:
        raise httpx2.ReadError("gone")

    async with Amazon(fail).open(clock) as channel:
        with pytest.raises(Unavailable) as outcome:
            await channel.publish_stock(updates([1, 2]))
    assert not outcome.value.unknown
