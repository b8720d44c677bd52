"""Stock at the simulated shop: compared before it is set, one bad row never spoils the others."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from hub.adapters.port import Accepted, Conflict, Deferred, Refused, StockUpdate
from hub.outcome import Rejected
from hub.sandbox.ledger import Units
from hub.sandbox.shopify.platform import ShopifyPlatform
from hub.sandbox.shopify.switches import Switches
from tests.adapters.channel_stage import Stage, staged
from tests.adapters.shopify.shopify_stage import ShopifyFixture, operation_of
from tests.contract.channel_requests import Recording

SECOND = "106318430515"


def shop(stage: Stage) -> ShopifyPlatform:
    assert isinstance(stage.platform, ShopifyPlatform)
    return stage.platform


def believing(stage: Stage, shown: int, wanted: int, count: int = 3) -> list[StockUpdate]:
    return [StockUpdate(replace(listing, quantity=shown), wanted) for listing in stage.listings[:count]]


def writes(recording: Recording) -> list[dict[str, object]]:
    """Return the variables of every stock write so far."""
    asked = [request for request, _ in recording.seen if request.url.path.endswith("/graphql.json")]
    return [orjson.loads(request.content)["variables"] for request in asked if operation_of(request) == "SetQuantities"]


async def test_a_number_that_is_as_believed_is_set_without_reading_it() -> None:
    recording = Recording()
    async with staged(ShopifyFixture(), transport=recording) as stage:
        before = len(recording.seen)
        assert await stage.channel.publish_stock(believing(stage, 500, 7)) == [Accepted()] * 3
        assert [operation_of(request) for request, _ in recording.seen[before:]] == ["SetQuantities"]
        assert [stage.shown(listing) for listing in stage.listings[:3]] == [7, 7, 7]


async def test_a_number_that_somebody_moved_is_a_conflict_and_its_neighbours_are_set() -> None:
    async with staged(ShopifyFixture()) as stage:
        await shop(stage).place_order([Units(str(stage.listings[1].sku), 2)])
        results = await stage.channel.publish_stock(believing(stage, 500, 7))
        assert results == [Accepted(), Conflict(498), Accepted()]
        assert [stage.shown(listing) for listing in stage.listings[:3]] == [7, 498, 7]


async def test_a_number_that_moved_to_what_is_wanted_is_accepted() -> None:
    async with staged(ShopifyFixture()) as stage:
        await shop(stage).set_shown(str(stage.listings[1].sku), 7)
        assert await stage.channel.publish_stock(believing(stage, 500, 7)) == [Accepted()] * 3


async def test_the_same_change_made_again_is_made_again() -> None:
    """5 to 3, back by hand, and 5 to 3 once more: a remembered answer would leave it at 5."""
    async with staged(ShopifyFixture()) as stage:
        for _ in range(2):
            assert await stage.channel.publish_stock(believing(stage, 500, 3, 1)) == [Accepted()]
            assert stage.shown(stage.listings[0]) == 3
            await shop(stage).set_shown(str(stage.listings[0].sku), 500)


async def test_a_refused_row_is_left_out_and_the_rest_goes_again_under_a_new_key() -> None:
    recording = Recording()
    async with staged(ShopifyFixture(), transport=recording) as stage:
        before = len(writes(recording))
        updates = believing(stage, 500, 7)
        updates[0] = replace(updates[0], listing=replace(stage.fixture.unknown(updates[0].listing), quantity=500))
        results = await stage.channel.publish_stock(updates)
        assert [type(result) for result in results] == [Refused, Accepted, Accepted]
        first, second = writes(recording)[before:]
        assert first["key0"] != second["key0"]


async def test_an_item_the_location_does_not_stock_is_stocked_there() -> None:
    recording = Recording()
    async with staged(ShopifyFixture(Switches(stock_on_set=False), SECOND), transport=recording) as stage:
        assert {stage.shown(listing) for listing in stage.listings} == {500}
        asked = [request for request, _ in recording.seen if request.url.path.endswith("/graphql.json")]
        assert [operation_of(request) for request in asked].count("Activate") == len(stage.listings) // 2, "the rest is"


async def test_rows_that_shopify_works_on_already_come_back_later() -> None:
    async with staged(ShopifyFixture()) as stage:
        shop(stage).switches.concurrent_keys = 1
        [result] = await stage.channel.publish_stock(believing(stage, 500, 7, 1))
        assert isinstance(result, Deferred)
        assert await stage.channel.publish_stock(believing(stage, 500, 7, 1)) == [Accepted()]


async def test_hundreds_of_numbers_are_one_request() -> None:
    recording = Recording()
    async with staged(ShopifyFixture(), goods=700, transport=recording) as stage:
        before = len(writes(recording))
        assert len(stage.listings) > 500
        updates = believing(stage, 500, 9, 600)
        updates[300] = replace(updates[300], listing=replace(updates[300].listing, quantity=499))
        results = await stage.patiently(stage.channel.publish_stock, updates)
        assert results[300] == Conflict(500)
        assert results.count(Accepted()) == len(updates) - 1
        first, second = writes(recording)[before:]
        assert [len(value["quantities"]) for value in first.values() if isinstance(value, dict)] == [250, 250, 25]
        assert [len(value["quantities"]) for value in second.values() if isinstance(value, dict)] == [249]


@pytest.mark.parametrize("quantity", [-1, True, 1_000_000_001, 1.5])
async def test_what_is_no_quantity_is_not_sent(quantity: int) -> None:
    async with staged(ShopifyFixture()) as stage:
        results = await stage.channel.publish_stock(
            [StockUpdate(stage.listings[0], quantity), StockUpdate(stage.listings[1], 4)]
        )
        assert [type(result) for result in results] == [Refused, Accepted]


async def test_a_product_without_tracked_stock_is_refused_with_what_to_do() -> None:
    async with staged(ShopifyFixture()) as stage:
        one = replace(stage.listings[0], references=dict(stage.listings[0].references) | {"tracked": "false"})
        [result] = await stage.channel.publish_stock([StockUpdate(one, 4)])
        assert isinstance(result, Refused)
        assert "tracking" in result.reason


@pytest.mark.parametrize("chosen", ["", "42"])
async def test_several_locations_and_none_chosen_says_what_to_enter(chosen: str) -> None:
    async with staged(ShopifyFixture()) as stage:
        async with ShopifyFixture(location_id=chosen).open(stage.url, stage.clock) as channel:
            with pytest.raises(Rejected) as refused:
                await channel.publish_stock([StockUpdate(stage.listings[0], 4)])
        assert "106318430514 (Magazijn Amsterdam)" in refused.value.reason
        assert "location_id" in refused.value.reason


async def test_the_only_active_location_needs_no_choice() -> None:
    async with staged(ShopifyFixture()) as stage:
        list(shop(stage).shop.goods.locations.values())[1].active = False
        async with ShopifyFixture(location_id="").open(stage.url, stage.clock) as channel:
            assert await channel.publish_stock([StockUpdate(stage.listings[0], 4)]) == [Accepted()]


async def test_a_large_catalogue_is_read_by_a_bulk_operation() -> None:
    recording = Recording()
    async with staged(ShopifyFixture(Switches(duplicate_skus=3)), goods=200, transport=recording) as stage:
        assert len(stage.listings) == len({listing.external_id for listing in stage.listings}) == 153
        page = await stage.patiently(stage.channel.listings, None)
        assert {listing.quantity for listing in page.rows} == {500}
        assert page.as_of is not None, "it is as old as the order of it"
        downloads = [request for request, _ in recording.seen if "/_bulk/" in request.url.path]
        assert len(downloads) == 2
        assert not any("X-Shopify-Access-Token" in request.headers for request in downloads)
