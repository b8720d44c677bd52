"""What the shop's answers mean, where the contract leaves room or somebody does not keep it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
import orjson
import pytest

from hub.adapters.generic.client import Shop, ShopChannel, open_shop
from hub.adapters.generic.sweep import OVERLAP, Sweep
from hub.adapters.port import Accepted, ChannelListing, Conflict, Deferred, Meter, OrderRef, Refused, StockUpdate
from hub.domain.delivery import Shipment, ShippedUnits
from hub.outcome import Outcome, Rejected, Throttled, Unauthorized, Unavailable
from hub.sandbox.generic.hooks import SECRET
from tests.adapters.channel_stage import Stage, staged
from tests.adapters.generic.generic_stage import GenericFixture, switches
from tests.adapters.handclock import START, HandClock
from tests.adapters.scripted import Line, Script, says

SHOP = Shop("https://shop.test/b2b/", "a token", SECRET)


@asynccontextmanager
async def scripted(*lines: Line, shop: Shop = SHOP) -> AsyncIterator[tuple[ShopChannel, Script]]:
    script = Script(*lines)
    async with open_shop(shop, HandClock(), transport=script.transport) as channel:
        yield channel, script


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with staged(GenericFixture()) as made:
        yield made


def problem(status: int, code: str | None = None) -> httpx2.Response:
    return says({"code": code, "detail": "no"} if code else {"error": "no"}, status)


def updates(count: int, quantity: int = 1) -> list[StockUpdate]:
    return [StockUpdate(ChannelListing(f"l{n}", None, None, "", 5), quantity) for n in range(count)]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (problem(401), Unauthorized),
        (problem(403, "forbidden"), Unauthorized),
        (httpx2.Response(302, headers={"Location": "https://shop.test/login"}), Unauthorized),
        (problem(404), Unavailable),
        (problem(404, "no_such_path"), Rejected),
        (httpx2.Response(200, text="<html>"), Unavailable),
        (says([]), Rejected),
        (problem(500, "broken"), Unavailable),
        (problem(503, "maintenance"), Unavailable),
        (problem(408, "slow"), Unavailable),
        (problem(429, "rate_limited"), Throttled),
    ],
)
async def test_only_the_shop_itself_can_say_that_an_order_is_unknown(
    answer: httpx2.Response, outcome: type[Outcome]
) -> None:
    """A 404 of a proxy or of a mistyped address would else make every order vanish."""
    async with scripted(answer) as (channel, _):
        with pytest.raises(outcome):
            await channel.order("1")


async def test_an_order_that_the_shop_does_not_know_is_none() -> None:
    async with scripted(problem(404, "unknown_order")) as (channel, script):
        assert await channel.order("a/b") is None
    assert str(script.requests[0].url) == "https://shop.test/b2b/handelhub/v1/orders/a%2Fb"
    assert script.requests[0].headers["Authorization"] == "Bearer a token"


async def test_a_limit_that_is_told_is_shown() -> None:
    told = {"RateLimit-Limit": "100", "RateLimit-Remaining": "7", "RateLimit-Reset": "30"}
    async with scripted(says({"listings": [], "next_cursor": None}, headers=told)) as (channel, _):
        assert channel.meters() == ()
        await channel.listings(None)
        assert channel.meters() == (Meter("shop", 100, 7, START + timedelta(seconds=30)),)


async def test_a_signing_secret_that_is_none_is_told_when_webhooks_are_set_up() -> None:
    async with scripted(says({}), shop=replace(SHOP, signing_secret="hunter2")) as (channel, _):
        with pytest.raises(Unauthorized, match="signing secret"):
            await channel.hook_secret()


async def test_a_number_that_a_buyer_moved_is_not_written_over(stage: Stage) -> None:
    listing = replace(stage.listings[0], quantity=500)
    await stage.sell(quantity=2)
    assert await stage.channel.publish_stock([StockUpdate(listing, 499)]) == [Conflict(498)]
    assert stage.shown(listing) == 498
    assert await stage.channel.publish_stock([StockUpdate(listing, 498)]) == [Accepted()]
    assert await stage.channel.publish_stock([StockUpdate(replace(listing, quantity=498), 490)]) == [Accepted()]
    assert stage.shown(listing) == 490


async def test_a_late_write_changes_nothing_and_the_next_one_overtakes(stage: Stage) -> None:
    """A node whose clock is behind learns from the shop how far others have written."""
    stage.clock.forward(3600)
    await stage.publish_all(40)
    listing = stage.listings[0]
    async with stage.fixture.open(stage.url, HandClock(datetime.now(UTC))) as behind:
        [late] = await behind.publish_stock([StockUpdate(listing, 30)])
        assert isinstance(late, Deferred)
        assert stage.shown(listing) == 40
        assert await behind.publish_stock([StockUpdate(listing, 30)]) == [Accepted()]
    assert stage.shown(listing) == 30


async def test_thousands_of_rows_go_out_by_the_thousand_and_a_failure_leaves_the_rest_for_later() -> None:
    def accept(request: httpx2.Request) -> httpx2.Response:
        rows = orjson.loads(request.content)["quantities"]
        return says({"results": [{"listing_id": row["listing_id"], "outcome": "accepted"} for row in rows]})

    async with scripted(accept, problem(422, "invalid_request"), problem(429, "rate_limited")) as (channel, script):
        results = await channel.publish_stock(updates(2500))
    assert [type(result) for result in results] == [Accepted] * 1000 + [Refused] * 1000 + [Deferred] * 500
    sequences = [orjson.loads(request.content)["sequence"] for request in script.requests]
    assert sequences == sorted(set(sequences))


async def test_rows_that_the_shop_leaves_out_or_answers_oddly_are_sent_again() -> None:
    odd = [{"listing_id": "l1", "outcome": "perhaps"}, {"listing_id": "l9", "outcome": "accepted"}]
    async with scripted(says({"results": odd})) as (channel, _):
        results = await channel.publish_stock(updates(2))
    assert [type(result) for result in results] == [Deferred, Deferred]


async def test_listings_that_the_shop_stocks_itself_are_never_written() -> None:
    own = ChannelListing("l0", None, None, "", 5, stocked_by_platform=True)
    async with scripted(says({})) as (channel, script):
        [result] = await channel.publish_stock([StockUpdate(own, 3)])
    assert isinstance(result, Refused)
    assert script.requests == []


async def test_a_parcel_told_twice_is_one_parcel(stage: Stage) -> None:
    order_id = await stage.sell(quantity=2)
    shipment = await stage.parcel(order_id, 2, "parcel-1")
    assert [await stage.channel.ship(shipment) for _ in range(2)] == [Accepted("parcel-1")] * 2
    assert stage.confirmed(order_id) == [("3Sparcel-1", 2)]
    other = await stage.channel.ship(replace(shipment, tracking="another"))
    assert isinstance(other, Refused)
    assert other.code == "reference_reused"


async def test_a_parcel_of_an_order_nobody_knows_is_refused_and_not_found(stage: Stage) -> None:
    stranger = Shipment("r", "999999", (ShippedUnits("1", 1),), None, None, START, completes=True)
    assert isinstance(await stage.channel.ship(stranger), Refused)
    assert await stage.channel.find_shipment(stranger) is None


async def test_part_of_an_order_may_be_cancelled_and_the_amounts_stay_as_ordered(stage: Stage) -> None:
    order_id = await stage.sell(quantity=5)
    whole = await stage.cancellation(order_id)
    part = replace(whole, units=(ShippedUnits(whole.units[0].line_id, 2),), whole=False)
    before = await stage.channel.order(order_id)
    assert [await stage.channel.cancel(part) for _ in range(2)] == [Accepted(part.reference)] * 2
    after = await stage.channel.order(order_id)
    assert before is not None
    assert after is not None
    assert (after.total, after.lines[0].cancelled, after.cancelled) == (before.total, 2, False)


async def test_a_sweep_begins_anew_where_the_shop_forgot_its_cursor(stage: Stage) -> None:
    placed = {await stage.sell(quantity=1, at=number % 8) for number in range(501)}
    first = await stage.channel.changed_orders(None)
    assert first.more
    switches(stage).forget_cursors = 1
    found, _ = await stage.sweep(first.cursor)
    assert {ref.external_id for ref in first.rows} | set(found) == placed


def test_an_order_dated_in_the_future_does_not_hide_those_to_come() -> None:
    now = START
    seen = [OrderRef("1", now - timedelta(minutes=3)), OrderRef("2", now + timedelta(days=400))]
    after = Sweep.begin(now - timedelta(days=2)).after(seen, None, now)
    assert after.since == now - timedelta(minutes=3) - OVERLAP


def test_a_sweep_that_finds_nothing_stays_where_it_is() -> None:
    sweep = Sweep.begin(START)
    assert Sweep.resume(sweep.after([], None, START).cursor()) == sweep
    within = sweep.after([OrderRef("1", START)], "a cursor with blanks", START)
    assert Sweep.resume(within.cursor()).query()["cursor"] == "a cursor with blanks"
