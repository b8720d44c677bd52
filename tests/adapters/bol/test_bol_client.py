"""What is bol.com's own: its limits, its asynchronous commands, its ways of refusing."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any

import anyio
import httpx2
import pytest

from hub.adapters.bol.client import BolAccount, BolChannel, open_bol
from hub.adapters.port import Accepted, ChannelListing, Deferred, Pending, Refused, StockUpdate
from hub.outcome import Rejected, Throttled, Unauthorized, Unavailable
from hub.sandbox.bol.processes import Outcome
from hub.sandbox.ledger import Units
from tests.adapters.bol.bol_stage import BolFixture
from tests.adapters.channel_stage import Stage, staged
from tests.adapters.handclock import HandClock
from tests.adapters.scripted import Script, says

Answer = Callable[[httpx2.Request], httpx2.Response]


def listing(number: int, *, stocked_by_platform: bool = False) -> ChannelListing:
    offer = f"00000000-0000-4000-8000-{number:012}"
    return ChannelListing(offer, f"ART-{number}", None, "", 0, {"offer_id": offer}, stocked_by_platform)


def updates(count: int) -> list[StockUpdate]:
    return [StockUpdate(listing(number), number) for number in range(count)]


class Bol:
    """bol.com by hand: gives tokens, and answers everything else as told."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[httpx2.Request] = []
        self.tokens = 0

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/token":
            self.tokens += 1
            return says({"access_token": f"token{self.tokens}", "token_type": "Bearer", "expires_in": 299})
        self.asked.append(request)
        return self.answer(request)

    def open(self, clock: HandClock) -> AbstractAsyncContextManager[BolChannel]:
        account = BolAccount("id", "secret", "https://bol.test", "https://login.test/token")
        return open_bol(account, clock, transport=httpx2.MockTransport(self))


def limited(left: int, reset: int = 30) -> dict[str, str]:
    return {"X-RateLimit-Limit": "50", "x-ratelimit-remaining": str(left), "X-RateLimit-Reset": str(reset)}


async def test_an_empty_limit_sends_the_urgent_ones_and_gives_the_rest_back(clock: HandClock) -> None:
    bol = Bol(lambda _: httpx2.Response(204, headers=limited(max(0, 8 - len(bol.asked)))))
    async with bol.open(clock) as channel:
        results = await channel.publish_stock(updates(100))
        sent = results.index(next(each for each in results if isinstance(each, Deferred)))
        assert results[:sent] == [Accepted()] * sent
        assert {type(each) for each in results[sent:]} == {Deferred}
        assert all(isinstance(each, Deferred) and 25 < each.retry_after <= 30 for each in results[sent:])
        assert sorted(json.loads(each.content)["stock"]["amount"] for each in bol.asked) == list(range(sent))
        assert [type(each) for each in await channel.publish_stock(updates(1))] == [Deferred]
        clock.forward(31)
        bol.answer = lambda _: httpx2.Response(204)
        assert await channel.publish_stock(updates(1)) == [Accepted()]


async def test_three_quarters_of_a_limit_are_used_and_shown(clock: HandClock) -> None:
    async with Bol(lambda _: says({}, headers={"X-RateLimit-Limit": "25"})).open(clock) as channel:
        for _ in range(18):
            await channel.changed_orders(None)
        with pytest.raises(Throttled) as outcome:
            await channel.changed_orders(None)
        assert 0 < outcome.value.retry_after < 4
        meter = next(each for each in channel.meters() if each.name == "orders")
        assert (meter.limit, meter.remaining) == (18, 0)


async def test_offers_stocked_by_bol_are_refused_without_a_call(clock: HandClock) -> None:
    bol = Bol(lambda _: httpx2.Response(204))
    async with bol.open(clock) as channel:
        stocked = StockUpdate(listing(7, stocked_by_platform=True), 5)
        results = await channel.publish_stock([stocked, *updates(1)])
    assert isinstance(results[0], Refused)
    assert results[0].code == "stocked_by_platform"
    assert results[1] == Accepted()
    assert [each.url.path[-1] for each in bol.asked] == ["0"]


async def test_an_offer_that_is_being_changed_is_tried_again_later(clock: HandClock) -> None:
    async with Bol(lambda _: says({"title": "Conflict"}, 409)).open(clock) as channel:
        assert isinstance((await channel.publish_stock(updates(1)))[0], Deferred)


async def test_a_failing_bol_is_left_alone_after_a_few_attempts(clock: HandClock) -> None:
    bol = Bol(lambda request: httpx2.Response(204 if request.url.path.endswith("0") else 503))
    async with bol.open(clock) as channel:
        results = await channel.publish_stock(updates(60))
    assert results[0] == Accepted()
    assert all(isinstance(each, Deferred) for each in results[1:10])
    assert len(bol.asked) < 30


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (says({"detail": "Too many requests, retry in 17 seconds."}, 429), 17),
        (says({"detail": "Too many requests"}, 429, {"Retry-After": "4"}), 4),
        (httpx2.Response(429, text="<html>"), 10),
    ],
)
async def test_a_429_says_how_long_in_its_header_or_in_its_sentence(
    clock: HandClock, answer: httpx2.Response, seconds: float
) -> None:
    script = Script(answer)
    async with Bol(script).open(clock) as channel:
        for _ in range(2):
            with pytest.raises(Throttled) as outcome:
                await channel.order("A1")
            assert outcome.value.retry_after == pytest.approx(seconds)
    assert len(script.requests) == 1, "the limit is kept on our side meanwhile"


async def test_a_reset_may_be_an_instant_since_1970(clock: HandClock) -> None:
    reset = int(clock.now().timestamp()) + 20
    async with Bol(lambda _: says({}, 404, limited(0, reset))).open(clock) as channel:
        await channel.order("A1")
        with pytest.raises(Throttled) as outcome:
            await channel.order("A1")
    assert outcome.value.retry_after == pytest.approx(20, abs=1)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (says({"title": "Forbidden", "status": 403, "detail": "not active", "host": "x"}, 403), Unauthorized),
        (says({"title": "Oops", "detail": "broken"}, 500), Unavailable),
        (httpx2.Response(500, text="<html>"), Unavailable),
        (httpx2.Response(504, text=""), Unavailable),
        (httpx2.Response(200, text="<html>captive portal"), Unavailable),
        (says([]), Rejected),
        (says({"orderId": "A1"}), None),
        (says({"title": "Bad", "violations": [{"name": "order-id", "reason": "must fit"}, "odd"]}, 400), Rejected),
        (says({"title": "Bad", "violations": None}, 400), Rejected),
        (httpx2.Response(406), Rejected),
    ],
)
async def test_every_answer_becomes_an_outcome(
    clock: HandClock, answer: httpx2.Response, expected: type[Exception] | None
) -> None:
    async with Bol(Script(answer)).open(clock) as channel:
        if expected is None:
            order = await channel.order("A1")
            assert order is not None
            assert order.lines == ()
            assert not order.cancelled
            return
        with pytest.raises(expected) as outcome:
            await channel.order("A1")
        assert "secret" not in str(outcome.value)
        assert "token1" not in str(outcome.value)


async def test_violations_are_told_in_bols_words(clock: HandClock) -> None:
    body = {"title": "Bad", "violations": [{"name": "order-id", "reason": "must fit"}]}
    async with Bol(Script(says(body, 400))).open(clock) as channel:
        with pytest.raises(Rejected, match="order-id: must fit"):
            await channel.order("A1")


async def test_many_calls_at_once_share_one_token(clock: HandClock) -> None:
    bol = Bol(lambda _: says({}, 404))
    async with bol.open(clock) as channel, anyio.create_task_group() as group:
        for number in range(10):
            group.start_soon(channel.order, f"A{number}")
    assert bol.tokens == 1
    assert {each.headers["Authorization"] for each in bol.asked} == {"Bearer token1"}


async def test_a_token_is_replaced_before_it_ends(clock: HandClock) -> None:
    bol = Bol(lambda _: says({}, 404))
    async with bol.open(clock) as channel:
        for _ in range(2):
            await channel.order("A1")
            clock.forward(298)
    assert [each.headers["Authorization"] for each in bol.asked] == ["Bearer token1", "Bearer token2"]


async def test_an_id_cannot_leave_its_place_in_the_path(clock: HandClock) -> None:
    bol = Bol(lambda _: says({}, 404))
    async with bol.open(clock) as channel:
        await channel.order("../offers?x=1")
    assert bol.asked[0].url.raw_path == b"/retailer/orders/..%2Foffers%3Fx%3D1"


async def test_a_thousand_processes_are_followed_per_call(clock: HandClock) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        asked = [each["processStatusId"] for each in json.loads(request.content)["processStatusQueries"]]
        sizes.append(len(asked))
        clock.forward(2)
        kinds = ("SUCCESS", "FAILURE", "TIMEOUT", "PENDING")
        told = [{"processStatusId": each, "status": kinds[int(each) % 4]} for each in asked if int(each) % 100]
        return says({"processStatuses": told})

    sizes: list[int] = []
    async with Bol(answer).open(clock) as channel:
        found = await channel.follow([str(number) for number in range(1500)])
    assert sizes == [1000, 500]
    assert "100" not in found
    kinds = {Accepted: "4", Refused: "1", Deferred: "2", Pending: "3"}
    assert {kind: isinstance(found[process], kind) for kind, process in kinds.items()} == dict.fromkeys(kinds, True)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged(BolFixture()) as stage:
        yield stage


def end_with(stage: Stage, *outcomes: Outcome) -> None:
    platform: Any = stage.platform
    platform.switches.outcomes += outcomes


@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT_EXECUTED, Outcome.TIMEOUT_LOST, Outcome.LATE])
async def test_a_command_without_a_clear_end_is_looked_up_and_confirmed_once(stage: Stage, outcome: Outcome) -> None:
    order_id = await stage.sell(quantity=3)
    shipment = await stage.parcel(order_id, 2, "parcel-1")
    end_with(stage, outcome)
    assert isinstance(await stage.ship_as_the_hub_does(shipment), Accepted)
    assert stage.confirmed(order_id) == [("3Sparcel-1", 2)]


async def test_two_parcels_of_one_item_are_told_apart_by_their_reference(stage: Stage) -> None:
    order_id = await stage.sell(quantity=3)
    first, second = [await stage.parcel(order_id, 1, name) for name in ("parcel-1", "parcel-2")]
    await stage.ship_as_the_hub_does(first)
    assert await stage.channel.find_shipment(second) is None
    await stage.ship_as_the_hub_does(second)
    assert stage.confirmed(order_id) == [("3Sparcel-1", 1), ("3Sparcel-2", 1)]


async def test_a_parcel_still_being_processed_is_not_sent_again(stage: Stage) -> None:
    shipment = await stage.parcel(await stage.sell(quantity=3), 1, "parcel-1")
    end_with(stage, Outcome.LATE)
    await stage.channel.ship(shipment)
    assert isinstance(await stage.channel.find_shipment(shipment), Deferred)


async def test_more_units_than_are_open_are_refused_in_bols_words(stage: Stage) -> None:
    shipment = await stage.parcel(await stage.sell(quantity=2), 5, "parcel-1")
    result = await stage.settled(await stage.channel.ship(shipment))
    assert isinstance(result, Refused)
    assert "exceeds the 2 open units" in result.reason


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"carrier": None}, "carrier_missing"),
        ({"units": ()}, "too_many_items"),
        ({"reference": "x" * 91}, "invalid_request"),
    ],
)
async def test_a_parcel_that_bol_cannot_take_is_refused(stage: Stage, changes: dict[str, Any], code: str) -> None:
    shipment = await stage.parcel(await stage.sell(), 1, "parcel-1")
    result = await stage.channel.ship(replace(shipment, **changes))
    assert isinstance(result, Refused)
    assert result.code == code


async def test_what_bol_ships_itself_is_found_and_named_so(stage: Stage) -> None:
    platform: Any = stage.platform
    sku = next(each.sku for each in stage.sandbox.world.goods if platform.at_bol(each.sku) > 1)
    order_id = await stage.platform.place_order([Units(sku, 1)], by_platform=True)
    assert order_id in (await stage.sweep(None))[0]
    order = await stage.channel.order(order_id)
    assert order is not None
    assert order.fulfilled_by == "platform"


async def test_a_buyers_wish_to_cancel_is_a_flag_and_no_cancellation(stage: Stage) -> None:
    order_id = await stage.sell()
    await stage.platform.request_cancellation(order_id)
    order = await stage.channel.order(order_id)
    assert order is not None
    assert order.lines[0].cancellation_requested
    assert not order.cancelled


async def test_nulls_in_an_order_are_no_trouble(stage: Stage) -> None:
    platform: Any = stage.platform
    platform.switches.null_product = platform.switches.null_offer = 1
    order = await stage.channel.order(await stage.sell())
    assert order is not None
    assert (order.lines[0].ean, order.lines[0].sku) == (None, None)
